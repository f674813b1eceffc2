"""Writes the receipt of an order and counts it. Called by the shop once an order is paid."""

import json
import os
import time
import urllib.request

import boto3

RECEIPTS = boto3.resource("s3").Bucket(os.environ["RECEIPTS_BUCKET"])


def lambda_handler(event, context):
    order = json.loads(event["body"])
    receipt = f"Order {order['order_id']}\n{order['lines']} lines\n"
    RECEIPTS.put_object(Key=f"{order['order_id']}.txt", Body=receipt.encode())
    send(
        {
            "event": "issued_receipt",
            "event_id": f"receipt:{order['order_id']}",
            "timestamp": int(time.time()),
            "properties": {"order_id": order["order_id"], "line_count": order["lines"]},
        }
    )
    return {"statusCode": 201, "body": json.dumps({"receipt": order["order_id"]})}


def send(event):
    request = urllib.request.Request(
        f"{os.environ['AOA_HOST']}/v1/track",
        data=json.dumps(event).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['AOA_SK']}",
            "Content-Type": "application/json",
        },
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=5):
        pass
