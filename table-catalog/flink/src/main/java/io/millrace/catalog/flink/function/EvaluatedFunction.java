package io.millrace.catalog.flink.function;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandle;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.utils.DataTypeUtils;
import org.jspecify.annotations.Nullable;

/**
 * Calls a SQL function: its body is planned as an expression of its parameters, with a query's own
 * rules for types, and generated as code.
 */
public final class EvaluatedFunction extends ScalarFunction implements SpecializedFunction {
  private final String body;
  private final List<String> names;
  private final List<DataType> types;
  private final DataType result;
  private final boolean deterministic;
  private final @Nullable ExpressionEvaluator evaluator;
  private transient @Nullable MethodHandle evaluation;

  EvaluatedFunction(SqlFunction function) {
    this(
        function.body(),
        function.parameters().stream().map(SqlFunction.Parameter::name).toList(),
        function.parameters().stream().map(parameter -> passed(parameter.type())).toList(),
        passed(function.result()),
        function.deterministic(),
        null);
  }

  private EvaluatedFunction(
      String body,
      List<String> names,
      List<DataType> types,
      DataType result,
      boolean deterministic,
      @Nullable ExpressionEvaluator evaluator) {
    this.body = requireNonNull(body, "body is null");
    this.names = names;
    this.types = types;
    this.result = result;
    this.deterministic = deterministic;
    this.evaluator = evaluator;
  }

  /**
   * How a value comes and goes: in Flink's own form, so that an array is one argument and no list
   * of them. Texts are Java's: what is generated for the body takes and gives another class than
   * that form says.
   */
  private static DataType passed(DataType type) {
    return type.getLogicalType().is(LogicalTypeFamily.CHARACTER_STRING)
        ? type
        : DataTypeUtils.toInternalDataType(type);
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory factory) {
    StaticArgument[] arguments = new StaticArgument[names.size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = StaticArgument.scalar(names.get(i), types.get(i), false);
    }
    return TypeInference.newBuilder()
        .staticArguments(arguments)
        .outputTypeStrategy(TypeStrategies.explicit(result))
        .build();
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    DataTypes.Field[] fields = new DataTypes.Field[names.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = DataTypes.FIELD(names.get(i), types.get(i));
    }
    return new EvaluatedFunction(
        body,
        names,
        types,
        result,
        deterministic,
        context.createEvaluator(
            "CAST((%s) AS %s)".formatted(body, result.getLogicalType().asSerializableString()),
            result,
            fields));
  }

  @Override
  public boolean isDeterministic() {
    return deterministic;
  }

  @Override
  public void open(FunctionContext context) {
    evaluation = requireNonNull(evaluator, "the function was not specialized").open(context);
  }

  /** The body's value for arguments that come as {@link #passed} says. */
  public @Nullable Object eval(@Nullable Object... arguments) throws Exception {
    try {
      return requireNonNull(evaluation, "the function is not open").invokeWithArguments(arguments);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      // Generated code may throw nothing else.
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (evaluator != null) {
      evaluator.close();
    }
  }
}
