"use client";

import { useEffect, useState } from "react";
import { getAnonymousId } from "@millimetric/track";
import { subscribe } from "./actions";

export default function Page() {
  const [anonymousId, setAnonymousId] = useState("");
  useEffect(() => setAnonymousId(getAnonymousId()), []);

  return (
    <form action={subscribe}>
      <input type="hidden" name="anonymous_id" value={anonymousId} />
      <input type="email" name="email" required />
      <label>
        <input type="checkbox" name="rhythm" value="weekly" /> every week
      </label>
      <button>Subscribe</button>
    </form>
  );
}
