import type { SalvorError } from "../../core/errors.ts";
import type { Image } from "../types.ts";
import type { LiveDatabase } from "./live.ts";
import type { Preflight } from "./preflight.ts";

/** A live database held still: what its looks work on. */
export interface HeldDatabase {
  readonly live: LiveDatabase;
  /** What raw reading told of the live files when they were held. */
  readonly preflight: Preflight;
  readonly image: Image | null;
  /** Why there is no image. */
  readonly trouble: SalvorError | null;
  /** The image's settled file. */
  readonly imagePath: string | null;
  /**
   * Copy of the database as its bytes lay there, with -wal and -journal beside it, that no engine has
   * touched; null when the image shows all there is, or when nothing could be read.
   */
  readonly copyPath: string | null;
  /** Tables that a scan of this specimen has found hurt: the looks after it need not find it again. */
  readonly hurtTables: Set<string>;
}
