"""Scripts of the corpus that are not for editors: odd bytes, line ends, blanks at the end, and texts of half a megabyte."""

_FIVE = "SELECT 'R' AS rule_id, 'S' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date"
_ORDERS = "'ORD' AS source_id, order_no AS source_uid, {value} AS data_value, ordered_on AS txn_date FROM dq_src.orders"

_ACCEPT = {
    "015_trailing_semicolon_ws_comment": (
        "-- rows: 120\n-- md5: a238690e0eb3f316632b22d0548d1df3\n-- why: semicolon, blanks, new lines and a closing comment\n"
        f"SELECT 'R015' AS rule_id, {_ORDERS.format(value='status')} WHERE status = 'new' ;   \n"
        "\n -- the end; really\n /* done; */ \n"
    ),
    "077_crlf": (
        "-- rows: 120\n-- md5: 4dbbcd2fb5dc8f25fe0facab06d45d7a\n-- why: Windows line ends\n"
        "SELECT 'R077' AS rule_id,\r\n 'ORD' AS source_id, -- note\r\n order_no AS source_uid,\r\n status AS data_value,\r\n"
        " ordered_on AS txn_date\r\nFROM dq_src.orders\r\nWHERE status = 'new';\r\n"
    ),
    "078_cr": (
        "-- rows: 120\n-- md5: 4dbbcd2fb5dc8f25fe0facab06d45d7a\n-- why: line ends of old Macs; they end a comment too\n"
        "SELECT 'R077' AS rule_id,\r 'ORD' AS source_id, -- note\r order_no AS source_uid,\r status AS data_value,\r"
        " ordered_on AS txn_date\rFROM dq_src.orders -- the\rWHERE status = 'new' -- new ones\r;"
    ),
    "081_long_in_list": (
        "-- rows: 15\n-- md5: 9d40618c4680c615123ceb1651c2bd1b\n-- why: long IN list (5,000 values)\n"
        f"SELECT 'R081' AS rule_id, {_ORDERS.format(value='customer_id')}"
        f" WHERE customer_id NOT IN ({', '.join(map(str, range(1, 5001)))})"
    ),
    "083_deep_nesting": (
        "-- rows: 1\n-- md5: 19dcb1eaad70cdc1150427e955532834\n-- why: 60 nested subqueries\n"
        + "SELECT * FROM (" * 60
        + "SELECT 'R083' AS rule_id, 'GEN' AS source_id, 'u' AS source_uid, 'x' AS data_value, DATE '2024-01-01' AS txn_date"
        + "".join(f") q{number}" for number in range(60))
    ),
}

_REJECT = {
    "149_nul_then_sql": (
        "-- code: script_malformed\n-- why: NUL after a complete SELECT: a C string ends there\n"
        f"{_FIVE}\x00; DELETE FROM dq.bad_detail"
    ),
    "151_utf16": (
        "-- code: script_malformed\n-- why: a file saved as UTF-16 (with NUL bytes)\n"
        + "SELECT 'R' AS rule_id, 'S' AS source_id".encode("utf-16-le").decode()
    ),
    "153_surrogate": f"-- code: script_malformed\n-- why: half of a character\n{_FIVE.replace('u', chr(0xD800))}",
    "155_parens_1mb": f"-- code: script_too_long\n-- why: 1 MB of opening brackets\n{'(' * 1_000_000}",
    "156_parens_199kb": f"-- code: script_not_select\n-- why: as many brackets as fit\n{'(' * 199_900}",
    "157_digits_1mb": f"-- code: script_too_long\n-- why: a literal of 1 MB\n{_FIVE.replace('v', '9' * 1_000_000)}",
    "161_union_30k": (
        "-- code: script_too_long\n-- why: 30,000 UNION ALL branches (540 kB)\n"
        f"WITH t AS ({_FIVE}) TABLE t{' UNION ALL TABLE t' * 30_000}"
    ),
    "162_union_11k": (
        "-- code: script_refused\n-- why: as many branches as fit: more than the server's stack holds\n"
        f"WITH t AS ({_FIVE}) TABLE t{' UNION ALL TABLE t' * 11_000}"
    ),
    "163_zero_bytes": "",
    "164_blanks_only": " \n",
}

_EITHER = {
    "010_bom": (
        "\ufeff-- answer: accept\n-- rows: 1\n-- md5: 3b4b0de4b892cb3719ba3fce15a0d138\n"
        f"-- why: a byte-order mark in front (Windows editors): stripped\n{_FIVE}"
    ),
}

TEXTS = {"accept": _ACCEPT, "reject": _REJECT, "either": _EITHER}
