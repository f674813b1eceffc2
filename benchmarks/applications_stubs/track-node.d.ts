/** As much of the server SDK's types as a type check of an application needs. */
export interface TrackEvent {
  event: string;
  event_id?: string;
  timestamp?: string;
  anonymous_id?: string;
  user_id?: string;
  session_id?: string;
  url?: string;
  path?: string;
  referrer?: string;
  properties?: Record<string, unknown>;
}
export interface Options {
  key: string;
  host: string;
  flushAt?: number;
  flushIntervalMs?: number;
  maxRetries?: number;
}
export class MillimetricClient {
  constructor(options: Options);
  track(event: TrackEvent): void;
  flush(): Promise<void>;
}
export function init(options: Options): MillimetricClient;
export function track(event: TrackEvent): void;
export function flush(): Promise<void>;
