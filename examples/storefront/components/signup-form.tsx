"use client";

import { useState, type FormEvent } from "react";
import { getAnonymousId, identify, track } from "@millimetric/track";

export function SignupForm() {
  const [state, setState] = useState<"open" | "done" | "failed">("open");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    track("clicked_signup");
    const answer = await fetch("/api/signup", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email: form.get("email"), anonymous_id: getAnonymousId() }),
    });
    if (!answer.ok) {
      setState("failed");
      return;
    }
    const { customer } = await answer.json();
    identify(customer.id);
    track("signup", { plan: "customer" });
    setState("done");
  }

  if (state === "done") {
    return <p>Welcome!</p>;
  }
  return (
    <form onSubmit={submit}>
      <input name="email" type="email" required />
      <button>Sign up</button>
      {state === "failed" && <p>That did not work. Please try again.</p>}
    </form>
  );
}
