package io.millrace.delta.table;

import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FilterValues;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.RowFilter.Comparison;
import io.millrace.delta.filter.Utf8;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.NestedFieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * Conditions of the planner as conditions that files can be skipped by. What cannot be said is left
 * out, so that the result is never narrower; the planner keeps its own for the rows.
 */
final class FilterTranslator {
  private static final int MICROS_PRECISION = 6;
  private static final int NANOS_PER_MICRO = 1000;

  private FilterTranslator() {}

  /** Empty if nothing of the condition can be said. */
  static Optional<RowFilter> translate(ResolvedExpression condition) {
    if (condition instanceof FieldReferenceExpression) {
      return column(condition)
          .map(column -> new RowFilter.Compare(column, Comparison.EQUAL, Boolean.TRUE));
    }
    if (!(condition instanceof CallExpression call)) {
      return Optional.empty();
    }
    FunctionDefinition function = call.getFunctionDefinition();
    List<ResolvedExpression> arguments = call.getResolvedChildren();
    if (function == BuiltInFunctionDefinitions.AND) {
      List<RowFilter> parts = new ArrayList<>();
      flatten(call, BuiltInFunctionDefinitions.AND)
          .forEach(part -> translate(part).ifPresent(parts::add));
      return parts.isEmpty() ? Optional.empty() : Optional.of(new RowFilter.And(parts));
    } else if (function == BuiltInFunctionDefinitions.OR) {
      return or(flatten(call, BuiltInFunctionDefinitions.OR));
    } else if (function == BuiltInFunctionDefinitions.NOT) {
      return not(arguments.get(0));
    } else if (function == BuiltInFunctionDefinitions.IS_NULL) {
      return nulls(arguments.get(0), true);
    } else if (function == BuiltInFunctionDefinitions.IS_NOT_NULL) {
      return nulls(arguments.get(0), false);
    } else if (function == BuiltInFunctionDefinitions.IN) {
      return in(arguments);
    } else if (function == BuiltInFunctionDefinitions.BETWEEN) {
      return between(arguments);
    } else if (function == BuiltInFunctionDefinitions.LIKE) {
      return like(arguments);
    }
    return comparison(function).flatMap(how -> compare(how, arguments));
  }

  /**
   * Whether what {@link #translate} makes of a condition is all of it, so that for rows with known
   * values it is the condition.
   */
  static boolean isWhole(ResolvedExpression condition) {
    if (condition instanceof CallExpression call) {
      FunctionDefinition function = call.getFunctionDefinition();
      List<ResolvedExpression> arguments = call.getResolvedChildren();
      if (function == BuiltInFunctionDefinitions.AND || function == BuiltInFunctionDefinitions.OR) {
        return flatten(call, function).stream().allMatch(FilterTranslator::isWhole);
      } else if (function == BuiltInFunctionDefinitions.BETWEEN) {
        return compare(Comparison.GREATER_OR_EQUAL, arguments.subList(0, 2)).isPresent()
            && compare(Comparison.LESS_OR_EQUAL, List.of(arguments.get(0), arguments.get(2)))
                .isPresent();
      } else if (function == BuiltInFunctionDefinitions.LIKE) {
        return false;
      }
    }
    return translate(condition).isPresent();
  }

  /**
   * The condition as it is, if it is only about some columns whose value is the same in a whole
   * file: it is then true of the file's rows where the result may match, and nowhere else.
   */
  static Optional<RowFilter> exactly(ResolvedExpression condition, Set<String> columns) {
    if (condition instanceof CallExpression call) {
      FunctionDefinition function = call.getFunctionDefinition();
      if (function == BuiltInFunctionDefinitions.AND || function == BuiltInFunctionDefinitions.OR) {
        List<RowFilter> parts = new ArrayList<>();
        for (ResolvedExpression part : flatten(call, function)) {
          Optional<RowFilter> exact = exactly(part, columns);
          if (exact.isEmpty()) {
            return Optional.empty();
          }
          parts.add(exact.get());
        }
        return Optional.of(
            function == BuiltInFunctionDefinitions.AND
                ? new RowFilter.And(parts)
                : new RowFilter.Or(parts));
      } else if (function == BuiltInFunctionDefinitions.BETWEEN
          || function == BuiltInFunctionDefinitions.LIKE) {
        return Optional.empty();
      }
    }
    return translate(condition)
        .filter(
            filter ->
                filter.columns().stream()
                    .allMatch(
                        column ->
                            column.path().size() == 1
                                && columns.contains(column.path().get(0))
                                && !column.type().is(LogicalTypeFamily.APPROXIMATE_NUMERIC)));
  }

  /** The parts of a chain of ANDs or ORs, which may be thousands deep, in order. */
  private static List<ResolvedExpression> flatten(
      ResolvedExpression condition, FunctionDefinition function) {
    List<ResolvedExpression> parts = new ArrayList<>();
    Deque<ResolvedExpression> open = new ArrayDeque<>(List.of(condition));
    while (!open.isEmpty()) {
      ResolvedExpression next = open.pop();
      if (next instanceof CallExpression call && call.getFunctionDefinition() == function) {
        List<ResolvedExpression> children = call.getResolvedChildren();
        for (int i = children.size() - 1; i >= 0; i--) {
          open.push(children.get(i));
        }
      } else {
        parts.add(next);
      }
    }
    return parts;
  }

  private static Optional<RowFilter> or(List<ResolvedExpression> conditions) {
    List<RowFilter> parts = new ArrayList<>();
    List<Comparable<?>> values = new ArrayList<>();
    ColumnRef only = null;
    boolean oneColumn = true;
    for (ResolvedExpression condition : conditions) {
      Optional<RowFilter> part = translate(condition);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
      if (part.get() instanceof RowFilter.Compare compare
          && compare.comparison() == Comparison.EQUAL
          && (only == null || only.equals(compare.column()))) {
        only = compare.column();
        values.add(compare.value());
      } else {
        oneColumn = false;
      }
    }
    // What was an IN: one sorted list is looked up faster than each value by itself.
    return Optional.of(
        oneColumn && only != null ? new RowFilter.In(only, values) : new RowFilter.Or(parts));
  }

  private static Optional<RowFilter> not(ResolvedExpression condition) {
    if (condition instanceof FieldReferenceExpression) {
      return column(condition)
          .map(column -> new RowFilter.Compare(column, Comparison.EQUAL, Boolean.FALSE));
    }
    if (condition instanceof CallExpression call) {
      FunctionDefinition function = call.getFunctionDefinition();
      if (function == BuiltInFunctionDefinitions.IS_NULL) {
        return nulls(call.getResolvedChildren().get(0), false);
      } else if (function == BuiltInFunctionDefinitions.IS_NOT_NULL) {
        return nulls(call.getResolvedChildren().get(0), true);
      }
    }
    return Optional.empty();
  }

  private static Optional<RowFilter> nulls(ResolvedExpression argument, boolean wanted) {
    return path(argument)
        .map(
            path ->
                new RowFilter.IsNull(
                    new ColumnRef(path, argument.getOutputDataType().getLogicalType()), wanted));
  }

  private static Optional<RowFilter> in(List<ResolvedExpression> arguments) {
    Optional<ColumnRef> column = column(arguments.get(0));
    if (column.isEmpty()) {
      return Optional.empty();
    }
    List<Comparable<?>> values = new ArrayList<>();
    for (ResolvedExpression argument : arguments.subList(1, arguments.size())) {
      Comparable<?> value = value(argument, column.get().type());
      if (value == null) {
        return Optional.empty();
      }
      values.add(value);
    }
    return Optional.of(new RowFilter.In(column.get(), values));
  }

  private static Optional<RowFilter> between(List<ResolvedExpression> arguments) {
    List<RowFilter> parts = new ArrayList<>();
    compare(Comparison.GREATER_OR_EQUAL, arguments.subList(0, 2)).ifPresent(parts::add);
    compare(Comparison.LESS_OR_EQUAL, List.of(arguments.get(0), arguments.get(2)))
        .ifPresent(parts::add);
    return parts.isEmpty() ? Optional.empty() : Optional.of(new RowFilter.And(parts));
  }

  /** {@code LIKE 'abc%'}: at least the letters before the first wildcard. */
  private static Optional<RowFilter> like(List<ResolvedExpression> arguments) {
    Optional<ColumnRef> column = column(arguments.get(0));
    if (arguments.size() != 2
        || column.isEmpty()
        || !(value(arguments.get(1), column.get().type()) instanceof Utf8 pattern)
        || pattern.toString().indexOf('\\') >= 0) {
      return Optional.empty();
    }
    String text = pattern.toString();
    int end = 0;
    while (end < text.length() && text.charAt(end) != '%' && text.charAt(end) != '_') {
      end++;
    }
    if (end == 0) {
      return Optional.empty();
    }
    Utf8 prefix = Utf8.of(text.substring(0, end));
    byte[] after = Arrays.copyOf(prefix.bytes(), prefix.bytes().length);
    // Bytes of UTF-8 are never 0xFF, so that the next one is one byte's increment away.
    after[after.length - 1]++;
    return Optional.of(
        new RowFilter.And(
            List.of(
                new RowFilter.Compare(column.get(), Comparison.GREATER_OR_EQUAL, prefix),
                new RowFilter.Compare(column.get(), Comparison.LESS, new Utf8(after)))));
  }

  private static Optional<Comparison> comparison(FunctionDefinition function) {
    if (function == BuiltInFunctionDefinitions.EQUALS) {
      return Optional.of(Comparison.EQUAL);
    } else if (function == BuiltInFunctionDefinitions.NOT_EQUALS) {
      return Optional.of(Comparison.NOT_EQUAL);
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN) {
      return Optional.of(Comparison.LESS);
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL) {
      return Optional.of(Comparison.LESS_OR_EQUAL);
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN) {
      return Optional.of(Comparison.GREATER);
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL) {
      return Optional.of(Comparison.GREATER_OR_EQUAL);
    }
    return Optional.empty();
  }

  private static Optional<RowFilter> compare(Comparison how, List<ResolvedExpression> arguments) {
    Optional<ColumnRef> left = column(arguments.get(0));
    if (left.isPresent()) {
      Comparable<?> value = value(arguments.get(1), left.get().type());
      return value == null
          ? Optional.empty()
          : Optional.of(new RowFilter.Compare(left.get(), how, value));
    }
    Optional<ColumnRef> right = column(arguments.get(1));
    if (right.isEmpty()) {
      return Optional.empty();
    }
    Comparable<?> value = value(arguments.get(0), right.get().type());
    return value == null
        ? Optional.empty()
        : Optional.of(new RowFilter.Compare(right.get(), turned(how), value));
  }

  private static Comparison turned(Comparison how) {
    return switch (how) {
      case EQUAL, NOT_EQUAL -> how;
      case LESS -> Comparison.GREATER;
      case LESS_OR_EQUAL -> Comparison.GREATER_OR_EQUAL;
      case GREATER -> Comparison.LESS;
      case GREATER_OR_EQUAL -> Comparison.LESS_OR_EQUAL;
    };
  }

  private static Optional<List<String>> path(ResolvedExpression argument) {
    if (argument instanceof FieldReferenceExpression field) {
      return Optional.of(List.of(field.getName()));
    } else if (argument instanceof NestedFieldReferenceExpression nested) {
      return Optional.of(List.of(nested.getFieldNames()));
    }
    return Optional.empty();
  }

  /** A column whose values compare in the rows as they do in files. */
  private static Optional<ColumnRef> column(ResolvedExpression argument) {
    LogicalType type = argument.getOutputDataType().getLogicalType();
    boolean comparable =
        switch (type.getTypeRoot()) {
          case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, DECIMAL, VARCHAR, DATE ->
              true;
          // Digits that the column's type cuts off are still there in the files.
          case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
              LogicalTypeChecks.getPrecision(type) >= MICROS_PRECISION;
          default -> false;
        };
    return comparable ? path(argument).map(path -> new ColumnRef(path, type)) : Optional.empty();
  }

  private static @Nullable Comparable<?> value(ResolvedExpression argument, LogicalType type) {
    if (!(argument instanceof ValueLiteralExpression literal) || literal.isNull()) {
      return null;
    }
    Object value = literal.getValueAs(Object.class).orElse(null);
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> value instanceof Boolean flag ? flag : null;
      case TINYINT, SMALLINT, INTEGER, BIGINT -> whole(value);
      case FLOAT, DOUBLE ->
          value instanceof Number number ? FilterValues.number(number.doubleValue()) : null;
      case DECIMAL -> value instanceof Number number ? new BigDecimal(number.toString()) : null;
      case VARCHAR -> value instanceof String text ? Utf8.of(text) : null;
      case DATE -> value instanceof LocalDate date ? date.toEpochDay() : null;
      default -> micros(value, type);
    };
  }

  private static @Nullable Long whole(@Nullable Object value) {
    if (value instanceof BigDecimal decimal) {
      return decimal.stripTrailingZeros().scale() <= 0
              && decimal.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
          ? decimal.longValueExact()
          : null;
    }
    return value instanceof Byte
            || value instanceof Short
            || value instanceof Integer
            || value instanceof Long
        ? ((Number) value).longValue()
        : null;
  }

  private static @Nullable Long micros(@Nullable Object value, LogicalType type) {
    Instant instant = null;
    if (type.is(LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE)
        && value instanceof LocalDateTime local) {
      instant = local.toInstant(ZoneOffset.UTC);
    } else if (type.is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE)
        && value instanceof Instant known) {
      instant = known;
    }
    return instant == null || instant.getNano() % NANOS_PER_MICRO != 0
        ? null
        : FilterValues.micros(instant);
  }
}
