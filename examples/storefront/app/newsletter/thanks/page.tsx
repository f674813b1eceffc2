export default function Page() {
  return <p>You are on the list.</p>;
}
