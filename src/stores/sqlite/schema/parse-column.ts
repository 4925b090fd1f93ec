import { affinityOf } from "./affinity.ts";
import { takeConflict, takeReference } from "./clauses.ts";
import { normalSql } from "./normal-sql.ts";
import type { TokenReader } from "./token-reader.ts";
import type { Token } from "../../engine/tokens.ts";
import type {
  ColumnDefinition,
  ForeignKeyDefinition,
  IndexedColumn,
  KeyConstraint,
} from "./types.ts";

/** A column, and what its constraints say of the table. */
export interface ParsedColumn {
  readonly column: ColumnDefinition;
  /** Its type is INTEGER and nothing else, as a row id's must be. */
  readonly isInteger: boolean;
  readonly primaryKey: KeyConstraint | null;
  readonly autoincrement: boolean;
  readonly unique: readonly KeyConstraint[];
  readonly checks: readonly string[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
}

/** What gathers while the constraints of one column are read. */
interface Gathered {
  readonly name: string;
  notNull: boolean;
  notNullConflict: string | null;
  default: string | null;
  collation: string;
  generated: ColumnDefinition["generated"];
  primaryKey: KeyConstraint | null;
  autoincrement: boolean;
  readonly unique: KeyConstraint[];
  readonly checks: string[];
  readonly foreignKeys: ForeignKeyDefinition[];
}

const ENDS_TYPE = new Set([
  ..."CONSTRAINT DEFAULT NULL NOT PRIMARY UNIQUE CHECK REFERENCES COLLATE AS".split(" "),
  ..."DEFERRABLE ON".split(" "),
]);

/** Reads one column definition up to the comma or parenthesis behind it. */
export function takeColumn(reader: TokenReader, sql: string, strict: boolean): ParsedColumn {
  const name = reader.takeName();
  const type = takeType(reader);
  const found: Gathered = {
    name,
    notNull: false,
    notNullConflict: null,
    default: null,
    collation: "BINARY",
    generated: null,
    primaryKey: null,
    autoincrement: false,
    unique: [],
    checks: [],
    foreignKeys: [],
  };
  while (!reader.isAtEnd && !reader.isSign(",") && !reader.isSign(")")) {
    if (!takeConstraint(reader, found)) reader.next();
  }
  const { primaryKey, autoincrement, unique, checks, foreignKeys, ...facts } = found;
  const [first] = type;
  const isInteger =
    type.length === 1 && first?.kind === "word" && first.value.toUpperCase() === "INTEGER";
  return {
    column: {
      ...facts,
      type: typeText(type),
      affinity: affinityOf(sql.slice(first?.start ?? 0, type.at(-1)?.end ?? 0), strict),
    },
    isInteger,
    primaryKey,
    autoincrement,
    unique,
    checks,
    foreignKeys,
  };
}

/** Words up to the first constraint, with the numbers in parentheses behind them. */
function takeType(reader: TokenReader): readonly Token[] {
  const type: Token[] = [];
  for (;;) {
    const token = reader.peek();
    if (token === undefined || !["word", "name", "string"].includes(token.kind)) break;
    if (token.kind === "word" && ENDS_TYPE.has(token.value.toUpperCase())) break;
    if (reader.isWord("GENERATED") && reader.isWord("ALWAYS", 1)) break;
    type.push(token);
    reader.next();
  }
  if (type.length === 0 || !reader.isSign("(")) return type;
  const open = reader.next();
  const inside = reader.takeItem();
  while (reader.isSign(",")) inside.push(...[reader.next()].flatMap(some), ...reader.takeItem());
  return [...type, ...[open].flatMap(some), ...inside, ...[reader.next()].flatMap(some)];
}

function some(token: Token | undefined): Token[] {
  return token === undefined ? [] : [token];
}

function typeText(type: readonly Token[]): string {
  return type
    .map(({ value }) => value.toUpperCase())
    .join(" ")
    .replaceAll(/ ?([(),]) ?/g, "$1");
}

function takeConstraint(reader: TokenReader, found: Gathered): boolean {
  if (reader.takeWords("CONSTRAINT")) reader.takeName();
  else if (reader.takeWords("NOT", "NULL")) {
    found.notNull = true;
    found.notNullConflict = takeConflict(reader);
  } else if (reader.takeWords("NULL")) takeConflict(reader);
  else if (reader.takeWords("DEFAULT")) found.default = normalSql(takeDefault(reader));
  else if (reader.takeWords("PRIMARY", "KEY")) takePrimaryKey(reader, found);
  else if (reader.takeWords("UNIQUE"))
    found.unique.push({ columns: [itself(found.name, false)], conflict: takeConflict(reader) });
  else if (reader.takeWords("CHECK")) {
    found.checks.push(normalSql(reader.takeParenthesised()));
    takeConflict(reader);
  } else if (reader.takeWords("COLLATE")) found.collation = reader.takeName().toUpperCase();
  else if (reader.takeWords("REFERENCES"))
    found.foreignKeys.push(takeReference(reader, [found.name]));
  else if (reader.takeWords("GENERATED", "ALWAYS", "AS") || reader.takeWords("AS"))
    found.generated = takeGenerated(reader);
  else return false;
  return true;
}

function takePrimaryKey(reader: TokenReader, found: Gathered): void {
  const descending = reader.takeWords("DESC");
  if (!descending) reader.takeWords("ASC");
  const conflict = takeConflict(reader);
  found.primaryKey = { columns: [itself(found.name, descending)], conflict };
  found.autoincrement = reader.takeWords("AUTOINCREMENT");
}

function itself(column: string, descending: boolean): IndexedColumn {
  return { column, expression: null, collation: null, descending };
}

function takeGenerated(reader: TokenReader): ColumnDefinition["generated"] {
  const expression = normalSql(reader.takeParenthesised());
  const stored = reader.takeWords("STORED");
  if (!stored) reader.takeWords("VIRTUAL");
  return { kind: stored ? "stored" : "virtual", expression };
}

function takeDefault(reader: TokenReader): Token[] {
  if (reader.isSign("(")) return reader.takeParenthesised();
  const sign = reader.isSign("-") || reader.isSign("+") ? [reader.next()].flatMap(some) : [];
  return [...sign, ...[reader.next()].flatMap(some)];
}
