package io.millrace.jobs.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.BuiltInFunctionDefinition;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.planner.codegen.CodeGenUtils;
import org.apache.flink.table.planner.codegen.ConstantCodeGeneratorContext;
import org.apache.flink.table.planner.codegen.ExprCodeGenerator;
import org.apache.flink.table.planner.codegen.FunctionCodeGenerator;
import org.apache.flink.table.planner.codegen.GeneratedExpression;
import org.apache.flink.table.planner.functions.bridging.BridgingSqlFunction;
import org.apache.flink.table.runtime.generated.GeneratedFunction;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.JavaConverters;

/** Has Flink generate its own code for an expression. */
final class FlinkCode {
  private final ReadableConfig config;
  private final Scope scope;

  FlinkCode(ReadableConfig config, Scope scope) {
    this.config = config;
    this.scope = scope;
  }

  /**
   * A node that runs Flink's code for an expression.
   *
   * @throws Unsupported if it is not a function of the row alone, or Flink has no code for it
   */
  GeneratedNode generate(RexNode rex, LogicalType type) throws Unsupported {
    try {
      ConstantCodeGeneratorContext context =
          new ConstantCodeGeneratorContext(config, FlinkCode.class.getClassLoader());
      RowType input = inputType();
      RowType output = RowType.of(type);
      ExprCodeGenerator generator =
          new ExprCodeGenerator(context, false)
              .bindInput(input, CodeGenUtils.DEFAULT_INPUT1_TERM(), Option.empty());
      GeneratedExpression value = generator.generateExpression(rex.accept(new ToPositions()));
      GeneratedExpression result =
          generator.generateResultExpression(
              JavaConverters.asScalaBuffer(List.of(value)).toSeq(),
              output,
              GenericRowData.class,
              CodeGenUtils.DEFAULT_OUT_RECORD_TERM(),
              Option.empty(),
              true,
              false);
      @SuppressWarnings("unchecked")
      Class<MapFunction<RowData, RowData>> shape =
          (Class<MapFunction<RowData, RowData>>) (Class<?>) MapFunction.class;
      GeneratedFunction<MapFunction<RowData, RowData>> function =
          FunctionCodeGenerator.generateFunction(
              context,
              "MillraceExpression",
              shape,
              result.code() + "\nreturn " + result.resultTerm() + ";",
              output,
              input,
              CodeGenUtils.DEFAULT_INPUT1_TERM(),
              Option.empty(),
              Option.empty(),
              CodeGenUtils.DEFAULT_COLLECTOR_TERM(),
              CodeGenUtils.DEFAULT_CONTEXT_TERM());
      function.compile(FlinkCode.class.getClassLoader());
      return new GeneratedNode(type, function);
    } catch (RuntimeException | LinkageError | AssertionError e) {
      throw new Unsupported("", "Flink generates no code for " + rex + ": " + e.getMessage());
    }
  }

  /** The rows' type as far as the scope knows it; fields that it lacks are never read. */
  private RowType inputType() {
    List<LogicalType> types = new ArrayList<>();
    for (Column column : scope.columns()) {
      while (types.size() <= column.position()) {
        types.add(new BooleanType());
      }
      types.set(column.position(), column.type());
    }
    return RowType.of(types.toArray(new LogicalType[0]));
  }

  private final class ToPositions extends RexShuttle {
    @Override
    public RexNode visitInputRef(RexInputRef reference) {
      return new RexInputRef(
          scope.columns().get(reference.getIndex()).position(), reference.getType());
    }
  }

  /**
   * Refuses what is not a function of the row alone: the clock, chance, the job, other rows, and
   * functions that are not built in.
   */
  static void requirePure(RexNode rex) throws Unsupported {
    Purity purity = new Purity();
    rex.accept(purity);
    if (purity.culprit != null) {
      throw new Unsupported(purity.culprit, purity.culprit + " depends on more than the row");
    }
  }

  private static final class Purity extends RexVisitorImpl<@Nullable Void> {
    private @Nullable String culprit;

    private Purity() {
      super(true);
    }

    @Override
    public @Nullable Void visitCall(RexCall call) {
      SqlOperator operator = call.getOperator();
      if (!operator.isDeterministic()
          || operator.isDynamicFunction()
          || operator instanceof SqlAggFunction
          || (operator instanceof BridgingSqlFunction bridging && !isBuiltIn(bridging))
          || NEEDS_JOB.contains(operator.getName())) {
        culprit = operator.getName();
      }
      return super.visitCall(call);
    }

    @Override
    public @Nullable Void visitOver(RexOver over) {
      culprit = "OVER";
      return null;
    }

    @Override
    public @Nullable Void visitSubQuery(RexSubQuery subQuery) {
      culprit = "SELECT";
      return null;
    }

    @Override
    public @Nullable Void visitDynamicParam(RexDynamicParam parameter) {
      culprit = "?";
      return null;
    }

    @Override
    public @Nullable Void visitCorrelVariable(RexCorrelVariable variable) {
      culprit = variable.getName();
      return null;
    }
  }

  private static final List<String> NEEDS_JOB =
      List.of(
          "PROCTIME",
          "PROCTIME_MATERIALIZE",
          "STREAMRECORD_TIMESTAMP",
          "CURRENT_WATERMARK",
          "CURRENT_DATABASE",
          "UNIX_TIMESTAMP");

  private static boolean isBuiltIn(BridgingSqlFunction function) {
    return function.getDefinition() instanceof BuiltInFunctionDefinition
        && function.getDefinition() != BuiltInFunctionDefinitions.CURRENT_WATERMARK;
  }
}
