"use server";

import { redirect } from "next/navigation";
import { flush, track } from "@/lib/analytics";

export async function subscribe(form: FormData) {
  const anonymous_id = String(form.get("anonymous_id"));
  track({
    event: "subscribed_newsletter",
    anonymous_id,
    properties: { email: form.get("email"), is_weekly: form.get("rhythm") === "weekly" },
  });
  flush();
  redirect("/newsletter/thanks");
}
