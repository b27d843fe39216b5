package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** Turns one parsed statement into a {@link Dataset}. */
final class DatasetReader {
  private final SourceText source;
  private final Problems problems;

  private final List<ColumnDefinition> columns = new ArrayList<>();
  private final List<ExpectationClause> expectations = new ArrayList<>();
  private final Map<String, TableProperty> properties = new LinkedHashMap<>();
  private @Nullable List<String> primaryKey;
  private @Nullable SqlFragment watermark;
  private @Nullable String comment;

  DatasetReader(SourceText source, Problems problems) {
    this.source = source;
    this.problems = problems;
  }

  /** The dataset; null if something is wrong with it, which has been told then. */
  @Nullable Dataset read(PipelineParser.StatementContext statement, QueryReader queries) {
    PipelineParser.DatasetContext context = statement.dataset();
    PipelineParser.DatasetKindContext kind = context.datasetKind();
    boolean isView = kind.VIEW() != null && kind.MATERIALIZED() == null;
    if (isView && statement.PRIVATE() != null) {
      report(
          ErrorCode.SQL_SYNTAX,
          statement.PRIVATE().getSymbol().getStartIndex(),
          "a view that is PRIVATE",
          "leave PRIVATE out; a temporary view is not shown to others anyway");
    }
    String name = name(context.relationName());
    if (context.items() != null) {
      context.items().item().forEach(this::item);
    }
    context.clause().forEach(this::clause);
    Query query = queries.read(context.query());
    if (name == null || query == null) {
      return null;
    }
    Declaration declaration =
        new Declaration(
            name,
            columns,
            expectations,
            primaryKey == null ? List.of() : primaryKey,
            properties,
            watermark,
            comment,
            query,
            source.position(context.relationName().getStart().getStartIndex()));
    if (isView) {
      return new TemporaryView(declaration);
    }
    boolean isPrivate = statement.PRIVATE() != null;
    return kind.STREAMING() != null
        ? new StreamingTable(declaration, isPrivate)
        : new MaterializedView(declaration, isPrivate);
  }

  private @Nullable String name(PipelineParser.RelationNameContext context) {
    List<String> parts = context.identifier().stream().map(Words::name).toList();
    if (parts.size() == 2 && parts.get(0).equalsIgnoreCase("LIVE")) {
      return parts.get(1);
    }
    if (parts.size() > 1) {
      report(
          ErrorCode.SQL_UNSUPPORTED,
          context.getStart().getStartIndex(),
          "a dataset with a qualified name, '" + String.join(".", parts) + "'",
          "write '" + parts.get(parts.size() - 1) + "'; catalog and schema are in pipeline.yml");
      return null;
    }
    return parts.get(0);
  }

  private void item(PipelineParser.ItemContext item) {
    if (item.expectation() != null) {
      expectation(item.identifier(), item.expectation());
    } else if (item.primaryKey() != null) {
      List<String> key = item.primaryKey().identifier().stream().map(Words::name).toList();
      primaryKey(item.primaryKey().getStart().getStartIndex(), key);
    } else {
      column(item.column());
    }
  }

  private void expectation(
      PipelineParser.IdentifierContext name, PipelineParser.ExpectationContext context) {
    ParserRuleContext condition = context.condition();
    SqlFragment fragment =
        new SqlFragment(
            source,
            SqlFragment.Kind.EXPRESSION,
            condition.getStart().getStartIndex(),
            condition.getStop().getStopIndex() + 1,
            List.of());
    ExpectationClause.Action action =
        context.DROP() != null
            ? ExpectationClause.Action.DROP
            : context.FAIL() != null
                ? ExpectationClause.Action.FAIL
                : ExpectationClause.Action.WARN;
    if (isExpression(fragment)) {
      expectations.add(
          new ExpectationClause(
              Words.name(name),
              fragment,
              action,
              source.position(name.getStart().getStartIndex())));
    }
  }

  private boolean isExpression(SqlFragment fragment) {
    try {
      SqlNode node = fragment.parse();
      SqlNode subquery = subqueryIn(node);
      if (subquery != null) {
        problems.add(
            source.problem(
                ErrorCode.SQL_UNSUPPORTED,
                fragment.at(subquery),
                "a query within an expression over one row",
                "join in the dataset's query, then check the joined column"));
      }
      return subquery == null;
    } catch (ProjectException e) {
      problems.addAll(e);
      return false;
    }
  }

  private static @Nullable SqlNode subqueryIn(SqlNode node) {
    SqlNode[] found = new SqlNode[1];
    node.accept(
        new SqlBasicVisitor<Void>() {
          @Override
          public @Nullable Void visit(SqlCall call) {
            if (found[0] == null && call.isA(SqlKind.QUERY)) {
              found[0] = call;
            }
            return found[0] == null ? super.visit(call) : null;
          }
        });
    return found[0];
  }

  private void primaryKey(int offset, List<String> key) {
    if (primaryKey != null) {
      report(
          ErrorCode.SQL_SYNTAX,
          offset,
          "a second primary key",
          "keep one of them; a key of several columns is PRIMARY KEY (a, b)");
    }
    primaryKey = key;
  }

  private void column(PipelineParser.ColumnContext context) {
    PipelineParser.DataTypeContext dataType = context.dataType();
    int start = dataType.getStart().getStartIndex();
    LogicalType type;
    try {
      type =
          SchemaText.parseType(
              source.expanded().substring(start, dataType.getStop().getStopIndex() + 1),
              (code, offset, message, remedy) ->
                  source.problem(code, start + offset, source.masked(message), remedy));
    } catch (ProjectException e) {
      problems.addAll(e);
      return;
    }
    String columnComment = null;
    for (PipelineParser.ColumnOptionContext option : context.columnOption()) {
      if (option.NOT() != null) {
        type = type.copy(false);
      } else if (option.string() != null) {
        columnComment = Words.string(option.string());
      }
    }
    columns.add(
        new ColumnDefinition(
            Words.name(context.identifier()),
            type,
            columnComment,
            source.position(context.getStart().getStartIndex())));
  }

  private void clause(PipelineParser.ClauseContext clause) {
    int offset = clause.getStart().getStartIndex();
    if (clause.partitionedBy() != null) {
      report(
          ErrorCode.SQL_UNSUPPORTED,
          offset,
          "PARTITIONED BY is not possible yet",
          "leave it out; readers skip files by the statistics of every column");
    } else if (clause.clusterBy() != null) {
      report(
          ErrorCode.SQL_UNSUPPORTED,
          offset,
          "CLUSTER BY is not possible yet",
          "leave it out; readers skip files by the statistics of every column");
    } else if (clause.string() != null) {
      if (comment != null) {
        report(ErrorCode.SQL_SYNTAX, offset, "a second COMMENT", "keep one of them");
      }
      comment = Words.string(clause.string());
    } else {
      clause.property().forEach(this::property);
    }
  }

  private void property(PipelineParser.PropertyContext context) {
    PipelineParser.PropertyNameContext nameContext = context.propertyName();
    PipelineParser.LiteralContext literal = context.literal();
    String name =
        nameContext.string() != null
            ? Words.string(nameContext.string())
            : nameContext.getText().replace("`", "");
    int nameOffset = context.getStart().getStartIndex();
    int start = Words.valueOffset(literal);
    int end = Words.valueEnd(literal);
    TableProperty property =
        new TableProperty(
            name,
            Words.value(literal),
            source.written(start, end),
            source.position(nameOffset),
            source.position(start));
    if (properties.putIfAbsent(name, property) != null) {
      report(
          ErrorCode.PROPERTY_INVALID,
          nameOffset,
          "the property '" + name + "' is there twice",
          "keep one of them");
    } else if (name.equals(Dataset.WATERMARK)) {
      watermark(start, end);
    } else if (name.equals(Dataset.PRIMARY_KEY)) {
      List<String> key = List.of(property.value().trim().split("\\s*,\\s*", -1));
      if (key.contains("")) {
        report(
            ErrorCode.PROPERTY_INVALID,
            start,
            "primary-key names no column",
            "write 'primary-key' = 'a, b'");
      }
      primaryKey(nameOffset, key);
    }
  }

  private void watermark(int start, int end) {
    List<SqlFragment.Replacement> quotes = new ArrayList<>();
    String text = source.expanded();
    for (int i = text.indexOf("''", start); i >= 0 && i < end; i = text.indexOf("''", i + 2)) {
      quotes.add(new SqlFragment.Replacement(i, i + 2, "'"));
    }
    SqlFragment fragment = new SqlFragment(source, SqlFragment.Kind.EXPRESSION, start, end, quotes);
    if (isExpression(fragment)) {
      watermark = fragment;
    }
  }

  private void report(ErrorCode code, int offset, String message, String remedy) {
    problems.add(source.problem(code, offset, message, remedy));
  }
}
