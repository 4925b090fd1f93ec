import { blobsContract } from "../contract.ts";
import { openMemoryBlobs } from "./blobs.ts";

blobsContract("memory", async () => openMemoryBlobs());
