/** As much of the browser SDK's types as a type check of an application needs. */
export interface Options {
  key: string;
  host?: string;
  autoPageView?: boolean;
  flushIntervalMs?: number;
  flushBatchSize?: number;
}
export function init(options: Options): void;
export function track(event: string, properties?: Record<string, unknown>): void;
export function identify(userId: string, traits?: Record<string, unknown>): void;
export function page(name?: string, properties?: Record<string, unknown>): void;
export function flush(): Promise<void>;
export function getAnonymousId(): string;
export function setAnonymousId(id: string): void;
