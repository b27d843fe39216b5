package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.Trees;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text after {@code AS} into a {@link Query}: relations named plainly, checked by Flink.
 */
final class QueryReader {
  private static final String LIVE = "LIVE";

  private final SourceText source;
  private final Map<PipelineParser.SourceFunctionContext, SourceFunction> functions;
  private final Map<SourceFunction, String> names;
  private final Problems problems;

  /** References that are known before Flink's parser runs, by where they begin in the file. */
  private final Map<Integer, RelationReference> known = new HashMap<>();

  private final List<SqlFragment.Replacement> replacements = new ArrayList<>();

  QueryReader(
      SourceText source,
      Map<PipelineParser.SourceFunctionContext, SourceFunction> functions,
      Map<SourceFunction, String> names,
      Problems problems) {
    this.source = source;
    this.functions = functions;
    this.names = names;
    this.problems = problems;
  }

  /** The query; null if something is wrong with it, which has been told then. */
  @Nullable Query read(PipelineParser.QueryContext context) {
    if (!replaceKnown(context)) {
      return null;
    }
    SqlFragment body =
        new SqlFragment(
            source,
            SqlFragment.Kind.QUERY,
            context.getStart().getStartIndex(),
            context.getStop().getStopIndex() + 1,
            replacements);
    try {
      List<SqlIdentifier> identifiers = RelationFinder.in(body.parse());
      List<SqlFragment.Replacement> live = livePrefixes(body, identifiers);
      if (!live.isEmpty()) {
        body = body.with(live);
        identifiers = RelationFinder.in(body.parse());
      }
      return new Query(body, references(body, identifiers));
    } catch (ProjectException e) {
      problems.addAll(e);
      return null;
    }
  }

  private boolean replaceKnown(PipelineParser.QueryContext context) {
    boolean right = true;
    for (ParseTree tree : Trees.findAllRuleNodes(context, PipelineParser.RULE_streamed)) {
      PipelineParser.RelationContext relation = ((PipelineParser.StreamedContext) tree).relation();
      right &=
          relation.sourceFunction() != null
              ? replaceFunction((ParserRuleContext) tree, relation.sourceFunction(), true)
              : replaceName((ParserRuleContext) tree, relation.relationName());
    }
    for (ParseTree tree : Trees.findAllRuleNodes(context, PipelineParser.RULE_sourceFunction)) {
      if (!(tree.getParent() instanceof PipelineParser.RelationContext)) {
        PipelineParser.SourceFunctionContext function = (PipelineParser.SourceFunctionContext) tree;
        right &= replaceFunction(function, function, false);
      }
    }
    return right;
  }

  private boolean replaceFunction(
      ParserRuleContext whole, PipelineParser.SourceFunctionContext context, boolean streaming) {
    SourceFunction function = functions.get(context);
    if (function == null) {
      return false;
    }
    replace(whole, names.get(function), streaming, function);
    return true;
  }

  private boolean replaceName(ParserRuleContext whole, PipelineParser.RelationNameContext context) {
    List<String> parts = context.identifier().stream().map(Words::name).toList();
    if (parts.size() == 2 && parts.get(0).equalsIgnoreCase(LIVE)) {
      parts = parts.subList(1, 2);
    }
    if (parts.size() > 1) {
      problems.add(qualified(source.position(context.getStart().getStartIndex()), parts));
      return false;
    }
    replace(whole, parts.get(0), true, null);
    return true;
  }

  private void replace(
      ParserRuleContext whole, String name, boolean streaming, @Nullable SourceFunction function) {
    int start = whole.getStart().getStartIndex();
    int end = whole.getStop().getStopIndex() + 1;
    replacements.add(new SqlFragment.Replacement(start, end, "`" + name.replace("`", "``") + "`"));
    known.put(start, new RelationReference(name, streaming, function, source.position(start)));
  }

  /** {@code LIVE.x} is x; only Flink's parser knows which of the dotted names are relations. */
  private List<SqlFragment.Replacement> livePrefixes(
      SqlFragment body, List<SqlIdentifier> identifiers) {
    List<SqlFragment.Replacement> prefixes = new ArrayList<>();
    for (SqlIdentifier identifier : identifiers) {
      if (identifier.names.size() == 2 && identifier.names.get(0).equalsIgnoreCase(LIVE)) {
        prefixes.add(
            new SqlFragment.Replacement(
                fileOffset(body, identifier.getComponentParserPosition(0)),
                fileOffset(body, identifier.getComponentParserPosition(1)),
                ""));
      }
    }
    return prefixes;
  }

  private List<RelationReference> references(SqlFragment body, List<SqlIdentifier> identifiers) {
    List<RelationReference> references = new ArrayList<>();
    Set<Integer> unseen = new LinkedHashSet<>(known.keySet());
    // A common table expression may be read with STREAM too; then it is no reference.
    for (SqlIdentifier identifier : identifiers) {
      int offset = fileOffset(body, identifier.getParserPosition());
      RelationReference reference = known.get(offset);
      unseen.remove(offset);
      if (reference != null) {
        references.add(reference);
      } else if (identifier.isSimple()) {
        references.add(
            new RelationReference(identifier.getSimple(), false, null, source.position(offset)));
      } else {
        throw new ProjectException(List.of(qualified(source.position(offset), identifier.names)));
      }
    }
    for (int offset : unseen) {
      RelationReference reference = known.get(offset);
      if (!RelationFinder.commonTables(body.parse()).contains(reference.name())) {
        throw new ProjectException(
            List.of(
                source.problem(
                    ErrorCode.SQL_SYNTAX,
                    offset,
                    "a relation where a value is expected",
                    "STREAM and read functions stand after FROM or JOIN")));
      }
    }
    return references;
  }

  private Problem qualified(Position position, List<String> parts) {
    return source.problem(
        ErrorCode.DATASET_NOT_FOUND,
        position,
        "'" + String.join(".", parts) + "' is not a dataset of this pipeline",
        "a query reads datasets of its own pipeline, by their plain names");
  }

  private static int fileOffset(SqlFragment body, SqlParserPos position) {
    return body.fileOffset(body.offset(position.getLineNum(), position.getColumnNum()));
  }
}
