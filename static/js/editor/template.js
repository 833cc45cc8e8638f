// What a new script begins with.
export const TEMPLATE = `-- What is wrong, and why it matters.
-- One SELECT of these five columns, in any order. The first three together are the key of a bad row.
SELECT
  'RULE_ID' AS rule_id, -- which rule failed: text of up to 20 characters, not NULL
  'SOURCE_ID' AS source_id, -- in which source: text of up to 20, not NULL
  t.id AS source_uid, -- on which record: its key as text of up to 500, not NULL
  t.value AS data_value, -- with which value, up to 2,000 characters; may be NULL
  t.created_on AS txn_date -- the date of the record's business; may be NULL
FROM schema.table AS t
WHERE
  t.value IS NULL -- what makes a row bad
`;
