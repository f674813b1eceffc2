import { flush, track } from "@/lib/analytics";
import { createCustomer } from "@/lib/shop";

export async function POST(request: Request) {
  const { email, anonymous_id } = await request.json();
  const customer = await createCustomer(email);
  track({
    event: "signup",
    event_id: `signup:${customer.id}`,
    anonymous_id,
    user_id: customer.id,
    properties: { plan: "customer" },
  });
  await flush();
  return Response.json({ customer }, { status: 201 });
}
