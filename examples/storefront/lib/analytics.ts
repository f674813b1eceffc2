import "server-only";
import { flush, init, track } from "@millimetric/track-node";

init({ key: process.env.AOA_SK!, host: process.env.AOA_HOST! });

export { flush, track };
