//! Functions, which tools have replaced, written as tools.

use std::borrow::Cow;

use crate::json::{Object, Value};

/// Writes functions, calls of them and their answers as tools. Returns whether
/// there was anything to write.
pub(super) fn to_tools(object: &mut Object<'_>) -> bool {
    let mut found = false;
    if matches!(object.get("functions"), Some(Value::Array(_)))
        && let Some(Value::Array(functions)) = object.remove("functions")
    {
        found = true;
        // An object could have tools already: both are kept.
        let mut tools = match object.remove("tools") {
            Some(Value::Array(tools)) => tools,
            _ => Vec::new(),
        };
        tools.extend(functions.into_iter().map(tool));
        object.set("tools", Value::Array(tools));
    }
    let Some(Value::Array(messages)) = object.get_mut("messages") else {
        return found;
    };
    let mut last = String::new();
    for (n, message) in messages.iter_mut().enumerate() {
        let Value::Object(message) = message else {
            continue;
        };
        if matches!(message.get("function_call"), Some(Value::Object(_))) {
            found = true;
            last = format!("call_{n}");
            call(message, &last);
        }
        if message.str("role") == Some("function") {
            found = true;
            message.set("role", Value::String("tool".into()));
            message.set("tool_call_id", Value::String(Cow::Owned(last.clone())));
            message.remove("name");
        }
    }
    found
}

fn tool(function: Value<'_>) -> Value<'_> {
    Value::Object(Object(vec![
        ("type".into(), Value::String("function".into())),
        ("function".into(), function),
    ]))
}

fn call(message: &mut Object<'_>, id: &str) {
    let Some(place) = message.get_mut("function_call") else {
        return;
    };
    let function = std::mem::replace(place, Value::Null);
    let call = Object(vec![
        ("id".into(), Value::String(Cow::Owned(id.to_owned()))),
        ("type".into(), Value::String("function".into())),
        ("function".into(), function),
    ]);
    *place = Value::Array(vec![Value::Object(call)]);
    message.rename("function_call", "tool_calls");
}

#[cfg(test)]
mod tests {
    use super::to_tools;
    use crate::json::{Value, parse};

    #[test]
    fn functions_become_tools_and_calls_have_ids() {
        let text = r#"{"functions":[{"name":"f"}],"tools":[{"type":"function"}],"messages":[
            {"role":"user","content":"q"},
            {"role":"assistant","function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":"42"}]}"#;
        let Value::Object(mut object) = parse(text, &mut Vec::new()).unwrap() else {
            panic!();
        };
        assert!(to_tools(&mut object));
        assert_eq!(
            serde_json::to_string(&Value::Object(object.clone())).unwrap(),
            r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"42","tool_call_id":"call_1"}],"tools":[{"type":"function"},{"type":"function","function":{"name":"f"}}]}"#
        );
        assert!(!to_tools(&mut object));
    }
}
