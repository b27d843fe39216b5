package io.millrace.jobs.lineage;

import io.millrace.jobs.language.Position;
import io.millrace.jobs.language.SchemaText;
import java.util.Optional;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.utils.TypeConversions;
import org.apache.flink.types.Row;

/** {@code from_json(document, schema)} for the planner: it has a type and is never called. */
public final class FromJson extends ScalarFunction {
  private static final long serialVersionUID = 1;
  private static final Position NOWHERE = new Position("from_json", 1, 1);

  /** For the planner, which looks for it. */
  public Row eval(Object document, String schema) {
    throw new IllegalStateException("a plan of lineage is not executed");
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory factory) {
    return TypeInference.newBuilder()
        .inputTypeStrategy(
            InputTypeStrategies.sequence(InputTypeStrategies.ANY, InputTypeStrategies.LITERAL))
        .outputTypeStrategy(
            call ->
                call.getArgumentValue(1, String.class)
                    .flatMap(
                        text ->
                            Optional.of(
                                TypeConversions.fromLogicalToDataType(
                                    SchemaText.parse(text, NOWHERE).copy(true)))))
        .build();
  }
}
