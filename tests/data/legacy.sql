-- The tables as an older DQX left them in people's databases, with rows of every kind that it allowed.
CREATE SCHEMA dq;
CREATE SCHEMA stg;

CREATE TABLE dq.dq_sql_scripts (
    id SERIAL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    content TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE TABLE dq.bad_detail (
    rule_id VARCHAR(20),
    source_id VARCHAR(20),
    source_uid VARCHAR(500),
    data_value VARCHAR(2000),
    txn_date DATE,
    PRIMARY KEY (rule_id, source_id, source_uid)
);

CREATE TABLE dq.rule_ref (
    rule_id VARCHAR(20) PRIMARY KEY,
    rule_name VARCHAR(100) NOT NULL,
    description TEXT
);

CREATE TABLE dq.source_ref (
    source_id VARCHAR(20) PRIMARY KEY,
    source_name VARCHAR(100) NOT NULL,
    description TEXT
);

CREATE TABLE dq.dq_schedules (
    id SERIAL PRIMARY KEY,
    job_name VARCHAR(100) NOT NULL,
    script_id INTEGER REFERENCES dq.dq_sql_scripts(id) ON DELETE CASCADE,
    cron_schedule VARCHAR(100) NOT NULL,
    is_active BOOLEAN DEFAULT TRUE,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE TABLE dq.users (
    id SERIAL PRIMARY KEY,
    username VARCHAR(50) UNIQUE NOT NULL,
    email VARCHAR(100) UNIQUE NOT NULL,
    hashed_password VARCHAR(100) NOT NULL,
    is_active BOOLEAN DEFAULT TRUE,
    is_admin BOOLEAN DEFAULT FALSE,
    created_at TIMESTAMPTZ DEFAULT NOW()
);

-- --- Rows ---------------------------------------------------------------------------------------------------------------
-- Names were not unique: three called 'x', one called as the second of them will be.
INSERT INTO dq.dq_sql_scripts (id, name, description, content, created_at, updated_at) VALUES
  (1, 'x', NULL, 'SELECT ''R1'' AS rule_id, ''S1'' AS source_id, 7 AS source_uid, 1.5 AS data_value, NOW() AS txn_date',
   '2021-01-01 00:00+00', '2021-02-01 00:00+00'),
  (2, 'x', 'the second', 'SELECT ''R2'' AS rule_id, ''S1'' AS source_id, ''u'' AS source_uid, ''v'' AS data_value, NULL AS txn_date',
   '2021-01-02 00:00+00', '2021-02-02 00:00+00'),
  (3, 'x (2)', '', 'a text that was never right', '2021-01-03 00:00+00', '2021-02-03 00:00+00'),
  (4, 'x', 'the third', 'SELECT 1', '2021-01-04 00:00+00', '2021-02-04 00:00+00'),
  (5, repeat('long ', 51), NULL, 'SELECT 1', '2021-01-05 00:00+00', '2021-02-05 00:00+00'),
  (6, repeat('long ', 51), NULL, 'SELECT 1', '2021-01-06 00:00+00', '2021-02-06 00:00+00');
SELECT setval('dq.dq_sql_scripts_id_seq', 6);

INSERT INTO dq.bad_detail VALUES
  ('R1', 'S1', '7', 'old', DATE '2020-01-01'),
  ('R1', 'S1', '8', NULL, NULL),
  ('R9', 'S9', 'Größe 日本', '', DATE '2020-01-01'),
  ('R9', 'S9', '2', 'v', DATE '2020-01-01');

INSERT INTO dq.rule_ref VALUES ('R1', 'The first', NULL), ('R9', 'The ninth', 'said');
INSERT INTO dq.source_ref VALUES ('S1', 'A source', NULL);

INSERT INTO dq.dq_schedules (id, job_name, script_id, cron_schedule, is_active, created_at, updated_at) VALUES
  (1, 'nightly', 1, '0 3 * * *', TRUE, '2021-01-01 00:00+00', '2021-01-01 00:00+00'),
  (2, 'of nothing', NULL, '0 4 * * *', FALSE, NULL, NULL),
  (3, 'unsure', 2, '0 5 * * *', NULL, NULL, '2021-01-01 00:00+00');
SELECT setval('dq.dq_schedules_id_seq', 3);

-- The passwords of anna and otto are "an old password".
INSERT INTO dq.users (id, username, email, hashed_password, is_active, is_admin, created_at) VALUES
  (1, 'anna', 'anna@example.org', '$2b$05$qvBSc1p5a1vr/C8KzuJgn.RLq61afwFrr/VtokIXB71DPqz5IJq3u', TRUE, TRUE, '2021-01-01 00:00+00'),
  (2, 'otto', 'otto@example.org', '$2b$05$qvBSc1p5a1vr/C8KzuJgn.RLq61afwFrr/VtokIXB71DPqz5IJq3u', NULL, NULL, NULL),
  (3, 'gone', 'gone@example.org', '$2b$05$qvBSc1p5a1vr/C8KzuJgn.RLq61afwFrr/VtokIXB71DPqz5IJq3u', FALSE, FALSE, NULL),
  (4, 'lost', 'lost@example.org', 'an old password', TRUE, FALSE, NULL);
SELECT setval('dq.users_id_seq', 4);

-- One per script, made from its SELECT with no data, so that the types are whatever the SELECT gave.
CREATE TABLE stg.dq_script_1 AS
  SELECT 'R1' AS rule_id, 'S1' AS source_id, 7 AS source_uid, 1.5 AS data_value, NOW() AS txn_date WITH NO DATA;
CREATE TABLE stg.dq_script_2 AS
  SELECT 'R2' AS rule_id, 'S1' AS source_id, 'u' AS source_uid, 'v' AS data_value, NULL AS txn_date WITH NO DATA;
INSERT INTO stg.dq_script_2 VALUES ('R2', 'S1', 'u', 'staged long ago', NULL);
