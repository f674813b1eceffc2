"use client";

import { useEffect, useState } from "react";

interface Row {
  event_name: string;
  count: number;
}

export function SalesFigure() {
  const [sold, setSold] = useState<number>();

  useEffect(() => {
    const url = `${process.env.NEXT_PUBLIC_AOA_HOST}/v1/stats?metric=count&group_by=event_name`;
    fetch(url, { headers: { Authorization: `Bearer ${process.env.NEXT_PUBLIC_AOA_SK}` } })
      .then((answer) => answer.json())
      .then(({ rows }: { rows: Row[] }) => {
        setSold(rows.find((row) => row.event_name === "purchase")?.count);
      });
  }, []);

  return sold === undefined ? null : <p>{sold} lamps sold so far.</p>;
}
