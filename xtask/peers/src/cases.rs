//! The expressions and the documents they work on, the same for everybody.

use serde_json::{Value, json};

/// An expression with `$states` bound to a document.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) expression: &'static str,
    pub(crate) document: fn() -> Value,
}

pub(crate) const JSONATA: [Case; 5] = [
    Case { name: "a: path * 1.2", expression: "$states.input.order.total * 1.2", document: order },
    Case { name: "b: 8 fields", expression: FIELDS, document: order },
    Case { name: "c: $sum($map($filter))", expression: HIGHER_ORDER, document: items },
    Case {
        name: "c2: $sum(items[…].(…))",
        expression: "$sum($states.input.items[qty > 2].(price * qty))",
        document: items,
    },
    Case { name: "p: pass 115 KB on", expression: "$states.input", document: items },
];

const HIGHER_ORDER: &str = "$sum($map($filter($states.input.items, function($item) { $item.qty > 2 }), \
    function($item) { $item.price * $item.qty }))";

const FIELDS: &str = r#"{
    "id": $uppercase($states.input.order.id),
    "customer": $states.input.customer.firstName & " " & $states.input.customer.lastName,
    "user": $substringBefore($states.input.customer.email, "@"),
    "total": $round($sum($states.input.order.lines.(price * quantity)), 2),
    "lines": $count($states.input.order.lines),
    "products": $join($states.input.order.lines.product, ", "),
    "express": $contains($states.input.order.shipping, "express") ? "yes" : "no",
    "attempt": $string($states.context.State.RetryCount + 1)
}"#;

/// `$states` of an ordinary state: 1.4 KB.
fn order() -> Value {
    let line = |number: u32| {
        json!({"product": format!("SKU-{number:05}"), "price": 4.25 + f64::from(number), "quantity": number % 3 + 1,
            "description": "a thing that somebody ordered", "taxed": true})
    };
    json!({
        "input": {
            "order": {
                "id": "ord-2026-000042", "total": 118.5, "shipping": "express-overnight", "currency": "EUR",
                "lines": (1..=6).map(line).collect::<Vec<_>>()
            },
            "customer": {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "tier": "gold",
                "address": {"street": "1 Analytical Row", "city": "London", "postcode": "N1 9GU"}}
        },
        "context": {
            "Execution": {"Id": "arn:aws:states:us-east-1:123456789012:execution:orders:5c1f9a0e", "Name": "5c1f9a0e",
                "StartTime": "2026-11-22T10:00:00.000Z", "RoleArn": "arn:aws:iam::123456789012:role/orders"},
            "State": {"Name": "Summarise", "EnteredTime": "2026-11-22T10:00:01.000Z", "RetryCount": 0},
            "StateMachine": {"Id": "arn:aws:states:us-east-1:123456789012:stateMachine:orders", "Name": "orders"}
        }
    })
}

/// `$states` with a thousand records in its input: 115 KB.
fn items() -> Value {
    let item = |number: u32| {
        json!({"id": number, "sku": format!("SKU-{number:06}"), "price": f64::from(number % 100) + 0.5,
            "qty": number % 7, "tags": ["new", "sale"], "warehouse": {"aisle": number % 12, "shelf": "B"}})
    };
    json!({"input": {"items": (0..1000).map(item).collect::<Vec<_>>()}, "context": {"State": {"Name": "Total"}}})
}
