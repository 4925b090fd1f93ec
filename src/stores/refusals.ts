/** Why a row that its owner has erased on purpose does not go back: that is no loss. */
export const FORGOTTEN = "it was erased on purpose and is to be forgotten";

/** Why a row whose parent is gone does not go back. */
export const PARENT_GONE = "the row that it points to is gone";
