"use client";

import { useEffect, useState } from "react";

export function SalesFigure() {
  const [sold, setSold] = useState<number>();

  useEffect(() => {
    const url = `${process.env.NEXT_PUBLIC_AOA_HOST}/v1/stats?metric=count&event=purchase`;
    fetch(url, { headers: { Authorization: `Bearer ${process.env.NEXT_PUBLIC_AOA_SK}` } })
      .then((answer) => answer.json())
      .then(({ rows }) => setSold(rows[0]?.count));
  }, []);

  return sold === undefined ? null : <p>{sold} lamps sold so far.</p>;
}
