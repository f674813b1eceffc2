import { SignupForm } from "@/components/signup-form";

export default function Page() {
  return (
    <main>
      <h1>Become a customer</h1>
      <SignupForm />
    </main>
  );
}
