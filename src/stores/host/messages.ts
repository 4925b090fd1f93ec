// What a host process and its parent say to each other, over Node's IPC channel.

/** Parent to host: the module whose export `task` is run, and its input. */
export interface HostOrder {
  readonly kind: "order";
  readonly module: string;
  readonly input: unknown;
}

/** Parent to host: an order; what was told has been dealt with; end what you do when you can. */
export type HostMessage = HostOrder | { readonly kind: "heard" } | { readonly kind: "stop" };

/** Host to parent: the answer, an error, or how far it has come. */
export type HostReply =
  | { readonly kind: "done"; readonly output: unknown }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly code: string;
      readonly hint: string;
    }
  | { readonly kind: "told"; readonly news: unknown }
  | { readonly kind: "progress"; readonly done: number; readonly total: number };

/** The export named `task` of a module that a host runs. Input and output are structured clones. */
export type HostTask<Input, Output> = (input: Input, context: HostContext) => Promise<Output>;

/** What a task can tell while it works. */
export interface HostContext {
  /** Units are the task's own; the parent shows the share. */
  readonly progress: (done: number, total: number) => void;
  /** Gives the parent something of the task's own; resolves when the parent has dealt with it. */
  readonly tell: (news: unknown) => Promise<void>;
  /** The parent would like the task to end in its own way. */
  readonly signal: AbortSignal;
}
