import type { ReactNode } from "react";
import { Analytics } from "@/components/analytics";

export const metadata = { title: "Lantern" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Analytics />
        {children}
      </body>
    </html>
  );
}
