package io.millrace.delta.kernel;

import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.types.StructField;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;

/** What a table must not have, or not have switched on, for its rows to be changed here. */
final class ModificationRules {
  private static final String GENERATED = "delta.generationExpression";
  private static final String IDENTITY = "delta.identity.start";

  private ModificationRules() {}

  static void require(TableState table, String statement, boolean removes, boolean writes) {
    if (removes && TableConfig.APPEND_ONLY_ENABLED.fromMetadata(table.metadata())) {
      throw refused(
          table,
          statement,
          "is append-only",
          "set the table property delta.appendOnly to false, if its rows may change");
    }
    if (writes) {
      requireWritable(table, statement);
    }
  }

  private static void requireWritable(TableState table, String statement) {
    for (StructField field : table.snapshot().getSchema().fields()) {
      boolean generated = field.getMetadata().contains(GENERATED);
      if (generated || field.getMetadata().contains(IDENTITY)) {
        throw refused(
            table,
            statement,
            "has column %s, %s".formatted(field.getName(), generated ? "generated" : "an identity"),
            "use another engine");
      }
    }
  }

  private static MillraceException refused(
      TableState table, String statement, String why, String remedy) {
    return new MillraceException(
        ErrorCode.TABLE_UNSUPPORTED,
        "%s cannot change table %s: it %s".formatted(statement, table.snapshot().getPath(), why),
        remedy);
  }
}
