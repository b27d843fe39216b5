package io.millrace.jobs.operators;

import java.util.stream.Collectors;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Names the types in stored state, without what may change: column names and NOT NULL. */
final class StateSignature {
  private StateSignature() {}

  static String of(RowType type) {
    return type.getChildren().stream()
        .map(StateSignature::of)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  static String of(LogicalType type) {
    return type.copy(true).asSerializableString();
  }
}
