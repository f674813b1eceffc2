import { flush, track } from "@/lib/analytics";
import { charge, order } from "@/lib/shop";

export async function POST(request: Request) {
  const { basket, anonymous_id } = await request.json();
  const placed = order(basket);
  track({
    event: "started_checkout",
    anonymous_id,
    properties: {
      cart_value_cents: placed.totalCents,
      currency: "eur",
      item_count: placed.lines.length,
    },
  });

  if (!(await charge(placed.totalCents))) {
    return Response.json({ error: "declined" }, { status: 402 });
  }

  track({
    event: "purchase",
    event_id: `order:${placed.id}`,
    anonymous_id,
    properties: { order_id: placed.id, amount_cents: placed.totalCents, currency: "eur" },
  });
  await flush();
  await fetch(process.env.RECEIPTS_URL!, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ order_id: placed.id, lines: placed.lines.length, anonymous_id }),
  });
  return Response.json({ order: placed.id }, { status: 201 });
}
