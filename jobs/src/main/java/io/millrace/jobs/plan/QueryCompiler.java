package io.millrace.jobs.plan;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.expression.Compiled;
import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.expression.ExpressionCompiler;
import io.millrace.jobs.expression.Predicate;
import io.millrace.jobs.expression.Scope;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.operators.Provenance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Compiles the query of one dataset to Millrace's own operators, if all of it is of a shape that
 * they run: projection and filter, {@code from_json}, the first row of each key, grouped
 * aggregates, a join with a static relation. Everything else comes back as {@link NotCompiled} and
 * is left to Flink's planner.
 */
final class QueryCompiler {
  private static final String KEY = "__key_";

  private final ExpressionCompiler expressions;
  private final NodeNames names;
  private final Dataset dataset;
  private final Map<String, Relation> relations;
  private final boolean carryProvenance;
  private final Optional<Duration> horizon;

  /**
   * @param names for the operators
   * @param relations what the query can read, by the names in its Flink SQL
   * @param carryProvenance whether somebody downstream writes quarantine rows
   * @param horizon of deduplication
   */
  QueryCompiler(
      ExpressionCompiler expressions,
      NodeNames names,
      Dataset dataset,
      Map<String, Relation> relations,
      boolean carryProvenance,
      Optional<Duration> horizon) {
    this.expressions = expressions;
    this.names = names;
    this.dataset = dataset;
    this.relations = relations;
    this.carryProvenance = carryProvenance;
    this.horizon = horizon;
  }

  Relation compile() throws NotCompiled {
    return query(dataset.query().parse());
  }

  private Relation query(SqlNode node) throws NotCompiled {
    if (!(node instanceof SqlSelect select)) {
      throw new NotCompiled(node.getKind() + " is not one of the shapes");
    }
    if (select.isDistinct()
        || select.getHaving() != null
        || select.getOrderList() != null
        || select.getFetch() != null
        || select.getOffset() != null
        || !select.getWindowList().isEmpty()) {
      throw new NotCompiled("DISTINCT, HAVING, ORDER BY, LIMIT and WINDOW are left to Flink");
    }
    if (select.getFrom() == null) {
      throw new NotCompiled("a query without FROM is left to Flink");
    }
    SqlNode numbered = firstOfEachKey(select);
    if (numbered != null) {
      return deduplicate(select, (SqlSelect) unaliased(select.getFrom()), numbered);
    }
    FromScope from = from(select.getFrom());
    if (select.getGroup() != null || AggregateShape.hasAggregate(select.getSelectList())) {
      if (from.relation().updates()) {
        throw new NotCompiled("an aggregate over rows that are updated is left to Flink");
      }
      return new AggregateShape(expressions, names, dataset.name(), select, from).compile();
    }
    return project(from, select.getWhere(), items(select.getSelectList(), from));
  }

  // FROM

  private FromScope from(SqlNode node) throws NotCompiled {
    SqlNode table = unaliased(node);
    if (table instanceof SqlIdentifier name) {
      Relation relation = relations.get(String.join(".", name.names));
      if (relation == null) {
        throw new NotCompiled("relation " + name + " is not a dataset");
      }
      return FromScope.of(relation, alias(node).orElse(name.names.get(name.names.size() - 1)));
    }
    if (table instanceof SqlSelect) {
      return FromScope.of(query(table), alias(node).orElse(""));
    }
    if (table instanceof SqlJoin join) {
      return join(join);
    }
    throw new NotCompiled(table.getKind() + " in FROM is left to Flink");
  }

  private FromScope join(SqlJoin join) throws NotCompiled {
    if (join.isNatural()
        || join.getConditionType() != JoinConditionType.ON
        || (join.getJoinType() != JoinType.INNER && join.getJoinType() != JoinType.LEFT)) {
      throw new NotCompiled("only INNER and LEFT JOIN … ON have an operator of their own");
    }
    FromScope left = from(join.getLeft());
    FromScope right = from(join.getRight());
    if (!right.relation().isStatic() || left.relation().isStatic()) {
      throw new NotCompiled("only joins of a stream with a static relation have an operator");
    }
    if (left.relation().updates()) {
      throw new NotCompiled("a join of rows that are updated is left to Flink");
    }
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    for (SqlNode condition : conjunction(join.getCondition())) {
      if (condition.getKind() != SqlKind.EQUALS) {
        throw new NotCompiled("only equality joins have an operator");
      }
      SqlNode a = ((SqlCall) condition).operand(0);
      SqlNode b = ((SqlCall) condition).operand(1);
      Optional<RelationColumn> l = column(left, a);
      Optional<RelationColumn> r = column(right, b);
      if (l.isEmpty() || r.isEmpty()) {
        l = column(left, b);
        r = column(right, a);
      }
      if (l.isEmpty()
          || r.isEmpty()
          || l.get().type().getTypeRoot() != r.get().type().getTypeRoot()) {
        throw new NotCompiled("join keys must be columns of one type on either side");
      }
      leftKeys.add(l.get().position());
      rightKeys.add(r.get().position());
    }
    boolean outer = join.getJoinType() == JoinType.LEFT;
    PlanNode in = left.relation().node();
    PlanNode table = right.relation().node();
    int width = in.rowType().getFieldCount();
    List<RowType.RowField> fields = new ArrayList<>(in.rowType().getFields());
    for (RowType.RowField field : table.rowType().getFields()) {
      fields.add(
          new RowType.RowField(
              field.getName(), outer ? field.getType().copy(true) : field.getType()));
    }
    RowType type = new RowType(false, unique(fields));
    PlanNode node =
        new PlanNode.LookupJoin(
            name("join " + alias(join.getRight()).orElse(table.name())),
            in,
            table,
            ints(leftKeys),
            ints(rightKeys),
            outer,
            type);
    List<RelationColumn> columns = new ArrayList<>(left.relation().columns());
    List<String> qualifiers = new ArrayList<>(left.qualifiers());
    for (int i = 0; i < right.relation().columns().size(); i++) {
      RelationColumn column = right.relation().columns().get(i);
      if (column.isStructure()) {
        throw new NotCompiled("structures on the static side of a join are left to Flink");
      }
      columns.add(
          RelationColumn.plain(
              column.name(),
              outer ? column.type().copy(true) : column.type(),
              width + column.position()));
      qualifiers.add(right.qualifiers().get(i));
    }
    return new FromScope(
        Relation.appending(node, columns, left.relation().provenance()), qualifiers);
  }

  private static List<RowType.RowField> unique(List<RowType.RowField> fields) {
    List<RowType.RowField> result = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      result.add(new RowType.RowField("f" + i, fields.get(i).getType()));
    }
    return result;
  }

  private static Optional<RelationColumn> column(FromScope scope, SqlNode node) {
    return node instanceof SqlIdentifier name && !name.isStar()
        ? scope.find(name.names).filter(column -> !column.isStructure())
        : Optional.empty();
  }

  // SELECT … WHERE

  /** An item of a SELECT list: what it is called, and either a column of the FROM or SQL. */
  private record Item(String name, SqlNode sql, Optional<RelationColumn> column) {}

  private List<Item> items(SqlNodeList list, FromScope from) throws NotCompiled {
    List<Item> items = new ArrayList<>();
    for (SqlNode node : list) {
      SqlNode sql = unaliased(node);
      if (sql instanceof SqlIdentifier name && name.isStar()) {
        String qualifier = name.names.size() > 1 ? name.names.get(0) : null;
        if (qualifier != null && !from.qualifiers().contains(qualifier)) {
          throw new NotCompiled("there is no " + qualifier + " in FROM");
        }
        for (int i = 0; i < from.relation().columns().size(); i++) {
          if (qualifier == null || qualifier.equals(from.qualifiers().get(i))) {
            RelationColumn column = from.relation().columns().get(i);
            items.add(new Item(column.name(), sql, Optional.of(column)));
          }
        }
      } else if (sql instanceof SqlIdentifier name) {
        String called = alias(node).orElse(name.names.get(name.names.size() - 1));
        items.add(new Item(called, sql, from.find(name.names)));
      } else {
        String called =
            alias(node)
                .orElseThrow(() -> new NotCompiled("an expression without a name (AS …): " + sql));
        items.add(new Item(called, sql, Optional.empty()));
      }
    }
    return items;
  }

  private Relation project(FromScope from, SqlNode where, List<Item> items) throws NotCompiled {
    Relation input = from.relation();
    Scope scope = from.scope();
    PlanNode node = input.node();
    if (where != null) {
      if (input.updates()) {
        throw new NotCompiled("a filter over rows that are updated is left to Flink");
      }
      node = new PlanNode.Filter(name("filter"), node, predicate(where, scope));
    }
    List<Item> documents = items.stream().filter(item -> isFromJson(item.sql())).toList();
    if (documents.size() > 1) {
      throw new NotCompiled("one from_json per SELECT has an operator of its own");
    }
    if (!documents.isEmpty()) {
      return parse(from, node, items, documents.get(0));
    }
    if (items.stream().allMatch(item -> item.column().isPresent())) {
      // Only other names: the rows stay as they are.
      List<RelationColumn> columns =
          items.stream().map(item -> item.column().orElseThrow().renamed(item.name())).toList();
      List<String> key = input.updates() ? renamedKey(input, items) : List.of();
      return new Relation(node, columns, input.provenance(), input.updates(), key, List.of());
    }
    if (input.updates()) {
      throw new NotCompiled("expressions over rows that are updated are left to Flink");
    }
    RowBuilder row = new RowBuilder(node);
    List<RelationColumn> columns = new ArrayList<>();
    for (Item item : items) {
      columns.add(add(row, item, scope));
    }
    Provenance provenance =
        carryProvenance ? row.carry(input.provenance()) : row.keep(input.provenance());
    return Relation.appending(row.build(names, dataset.name() + ": project"), columns, provenance);
  }

  private List<String> renamedKey(Relation input, List<Item> items) throws NotCompiled {
    List<String> key = new ArrayList<>();
    for (String column : input.key()) {
      key.add(
          items.stream()
              .filter(item -> item.column().orElseThrow().name().equals(column))
              .findFirst()
              .orElseThrow(() -> new NotCompiled("key column " + column + " is not selected"))
              .name());
    }
    return key;
  }

  private RelationColumn add(RowBuilder row, Item item, Scope scope) throws NotCompiled {
    if (item.column().isPresent()) {
      return copied(row, item.column().get()).renamed(item.name());
    }
    Expression expression = expression(item.sql(), scope);
    return RelationColumn.plain(
        item.name(), expression.type(), row.compute(item.name(), expression));
  }

  private static RelationColumn copied(RowBuilder row, RelationColumn column) {
    if (column.isStructure()) {
      List<RelationColumn> fields = new ArrayList<>();
      column.fields().forEach(field -> fields.add(copied(row, field)));
      return RelationColumn.structure(column.name(), fields);
    }
    return RelationColumn.plain(
        column.name(), column.type(), row.copy(column.name(), column.position()));
  }

  // from_json

  private static boolean isFromJson(SqlNode sql) {
    return sql instanceof SqlBasicCall call
        && call.getOperator().getName().equalsIgnoreCase("from_json");
  }

  private Relation parse(FromScope from, PlanNode in, List<Item> items, Item document)
      throws NotCompiled {
    SqlCall call = (SqlCall) document.sql();
    if (call.operandCount() != 2 || !(call.operand(1) instanceof SqlLiteral schemaText)) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "%s: from_json takes a column and a schema, got %s".formatted(dataset.name(), call),
          "write from_json(raw, 'a BIGINT, b STRING')");
    }
    RowType schema = dataset.query().body().schemaIn(schemaText);
    RelationColumn raw =
        column(from, call.operand(0))
            .orElseThrow(() -> new NotCompiled("from_json of an expression: " + call.operand(0)));
    int parsed = schema.getFieldCount();
    List<RelationColumn> columns = new ArrayList<>();
    List<Integer> passed = new ArrayList<>();
    List<String> fieldNames = new ArrayList<>(schema.getFieldNames());
    for (Item item : items) {
      if (item.equals(document)) {
        List<RelationColumn> fields = new ArrayList<>();
        for (int i = 0; i < parsed; i++) {
          fields.add(RelationColumn.plain(schema.getFieldNames().get(i), schema.getTypeAt(i), i));
        }
        columns.add(RelationColumn.structure(item.name(), fields));
      } else {
        RelationColumn column =
            item.column()
                .filter(found -> !found.isStructure())
                .orElseThrow(
                    () -> new NotCompiled("from_json beside an expression: " + item.sql()));
        passed.add(column.position());
        fieldNames.add(item.name());
        columns.add(RelationColumn.plain(item.name(), column.type(), parsed + passed.size() - 1));
      }
    }
    Provenance before = from.relation().provenance();
    Provenance after = Provenance.NONE;
    if (carryProvenance && SourceColumns.isKnown(before)) {
      int[] at = SourceColumns.positions(before);
      for (int i = 0; i < at.length; i++) {
        int known = passed.indexOf(at[i]);
        if (known < 0) {
          known = passed.size();
          passed.add(at[i]);
          fieldNames.add("__source_" + i);
        }
        at[i] = parsed + known;
      }
      after = SourceColumns.at(at);
    }
    List<LogicalType> types = new ArrayList<>(schema.getChildren());
    passed.forEach(position -> types.add(in.rowType().getTypeAt(position)));
    PlanNode node =
        new PlanNode.ParseJson(
            name("parse"),
            dataset.name(),
            in,
            raw.position(),
            schema,
            ints(passed),
            FromScope.rowType(fieldNames, types),
            before,
            dataset.property(Dataset.QUARANTINE).isPresent()
                ? dataset.quarantineTable()
                : Optional.of(dataset.name() + "_quarantine"));
    return Relation.appending(node, columns, after);
  }

  // ROW_NUMBER() … = 1

  /** The OVER of the inner query, if the query keeps the first row of each key, else null. */
  private static SqlNode firstOfEachKey(SqlSelect select) {
    if (!(unaliased(select.getFrom()) instanceof SqlSelect inner) || select.getWhere() == null) {
      return null;
    }
    SqlNode numbered = null;
    for (SqlNode item : inner.getSelectList()) {
      if (unaliased(item).getKind() == SqlKind.OVER) {
        if (numbered != null) {
          return null;
        }
        numbered = item;
      }
    }
    if (numbered == null || alias(numbered).isEmpty()) {
      return null;
    }
    SqlNode where = select.getWhere();
    if (where.getKind() != SqlKind.EQUALS && where.getKind() != SqlKind.LESS_THAN_OR_EQUAL) {
      return null;
    }
    SqlNode column = ((SqlCall) where).operand(0);
    SqlNode one = ((SqlCall) where).operand(1);
    boolean first =
        column instanceof SqlIdentifier name
            && name.names.get(name.names.size() - 1).equals(alias(numbered).get())
            && one instanceof SqlLiteral literal
            && "1".equals(literal.toValue());
    return first ? numbered : null;
  }

  private Relation deduplicate(SqlSelect outer, SqlSelect inner, SqlNode numbered)
      throws NotCompiled {
    SqlCall over = (SqlCall) unaliased(numbered);
    SqlWindow window =
        over.operand(1) instanceof SqlWindow found
            ? found
            : fail("a named window is left to Flink");
    boolean rowNumber =
        ((SqlCall) over.operand(0)).getOperator().getName().equalsIgnoreCase("ROW_NUMBER");
    if (!rowNumber || window.getPartitionList().isEmpty() || !byArrival(window.getOrderList())) {
      throw new NotCompiled(
          "only ROW_NUMBER() OVER (PARTITION BY … ORDER BY PROCTIME()) = 1 has an operator");
    }
    // The keys are named in the inner query, so they are columns of it.
    SqlSelect keyed = (SqlSelect) inner.clone(inner.getParserPosition());
    SqlNodeList kept = new SqlNodeList(inner.getSelectList().getParserPosition());
    for (SqlNode item : inner.getSelectList()) {
      if (item != numbered) {
        kept.add(item);
      }
    }
    int keyCount = window.getPartitionList().size();
    for (int i = 0; i < keyCount; i++) {
      SqlNode key = window.getPartitionList().get(i);
      SqlParserPos at = key.getParserPosition();
      kept.add(SqlStdOperatorTable.AS.createCall(at, key, new SqlIdentifier(KEY + i, at)));
    }
    keyed.setSelectList(kept);
    Relation input = query(keyed);
    if (input.updates()) {
      throw new NotCompiled("deduplication of rows that are updated is left to Flink");
    }
    int visible = input.columns().size() - keyCount;
    FromScope from =
        FromScope.of(
            input.withColumns(input.columns().subList(0, visible)),
            alias(outer.getFrom()).orElse(""));
    for (SqlNode item : outer.getSelectList()) {
      if (unaliased(item) instanceof SqlIdentifier name
          && (name.isStar()
              || name.names.get(name.names.size() - 1).equals(alias(numbered).orElse("")))) {
        throw new NotCompiled("the row number is selected: name the other columns one by one");
      }
    }
    RowBuilder row = new RowBuilder(input.node());
    List<RelationColumn> columns = new ArrayList<>();
    Scope scope = from.scope();
    for (Item item : items(outer.getSelectList(), from)) {
      columns.add(add(row, item, scope));
    }
    List<Integer> keys = new ArrayList<>();
    for (RelationColumn key : input.columns().subList(visible, visible + keyCount)) {
      if (key.isStructure()) {
        throw new NotCompiled("PARTITION BY a structure is left to Flink");
      }
      int copied = row.copyOf(key.position());
      keys.add(copied >= 0 ? copied : row.copy(key.name(), key.position()));
    }
    // Beyond the shuffle only a quarantine of this very dataset still wants the source.
    Provenance provenance =
        carryProvenance ? row.carry(input.provenance()) : row.keep(input.provenance());
    PlanNode node =
        new PlanNode.Deduplicate(
            name("deduplicate"),
            row.buildExactly(names, dataset.name() + ": project"),
            ints(keys),
            window.getPartitionList().toString(),
            horizon);
    return Relation.appending(node, columns, provenance);
  }

  private static boolean byArrival(SqlNodeList order) {
    return order.size() == 1
        && order.get(0) instanceof SqlCall call
        && call.getOperator().getName().equalsIgnoreCase("PROCTIME");
  }

  // Expressions

  private Expression expression(SqlNode sql, Scope scope) throws NotCompiled {
    return compiled(expressions.compile(sql, scope));
  }

  private Predicate predicate(SqlNode sql, Scope scope) throws NotCompiled {
    return compiled(expressions.predicate(sql, scope));
  }

  static <T> T compiled(Compiled<T> compiled) throws NotCompiled {
    if (compiled instanceof Compiled.Unsupported<T> unsupported) {
      throw new NotCompiled(unsupported.reason());
    }
    return compiled.compiled().orElseThrow();
  }

  private String name(String what) {
    return names.unique(dataset.name() + ": " + what);
  }

  // Trees

  static SqlNode unaliased(SqlNode node) {
    return node.getKind() == SqlKind.AS ? ((SqlCall) node).operand(0) : node;
  }

  static Optional<String> alias(SqlNode node) {
    return node.getKind() == SqlKind.AS
        ? Optional.of(((SqlIdentifier) ((SqlCall) node).operand(1)).getSimple())
        : Optional.empty();
  }

  private static List<SqlNode> conjunction(SqlNode condition) {
    if (condition.getKind() != SqlKind.AND) {
      return List.of(condition);
    }
    List<SqlNode> parts = new ArrayList<>();
    for (SqlNode operand : ((SqlCall) condition).getOperandList()) {
      parts.addAll(conjunction(operand));
    }
    return parts;
  }

  private static SqlWindow fail(String reason) throws NotCompiled {
    throw new NotCompiled(reason);
  }

  static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
