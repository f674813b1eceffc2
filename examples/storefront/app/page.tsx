import { BuyButton } from "@/components/buy-button";
import { SalesFigure } from "@/components/sales-figure";
import { LAMPS } from "@/lib/shop";

export default function Page() {
  return (
    <main>
      <h1>Lantern</h1>
      <SalesFigure />
      <ul>
        {LAMPS.map((lamp) => (
          <li key={lamp.id}>
            {lamp.name} <BuyButton lamp={lamp} />
          </li>
        ))}
      </ul>
    </main>
  );
}
