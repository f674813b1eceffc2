"use client";

import { getAnonymousId, track } from "@millimetric/track";
import type { Lamp } from "@/lib/shop";

export function BuyButton({ lamp }: { lamp: Lamp }) {
  async function buy() {
    track("clicked_buy", { product_id: lamp.id, price_cents: lamp.priceCents, currency: "eur" });
    const answer = await fetch("/api/checkout", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ basket: { [lamp.id]: 1 }, anonymous_id: getAnonymousId() }),
    });
    alert(answer.ok ? "Thank you!" : "Your card was declined.");
  }

  return <button onClick={buy}>{(lamp.priceCents / 100).toFixed(2)} €</button>;
}
