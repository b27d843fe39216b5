package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.Trees;

/** Reads the SQL files of a pipeline. */
public final class PipelineSql {

  /** A statement with the file that it is from. */
  private record Parsed(SourceText source, PipelineParser.StatementContext statement) {}

  private PipelineSql() {}

  /**
   * Reads files that belong together.
   *
   * @param problems is told of everything that is wrong; a statement with a mistake is left out
   * @return the datasets in the order of the files, then of the text
   */
  public static List<Dataset> read(List<SourceText> files, Problems problems) {
    List<Parsed> statements = new ArrayList<>();
    Map<PipelineParser.SourceFunctionContext, SourceFunction> functions = new HashMap<>();
    for (SourceText file : files) {
      SourceFunctions reader = new SourceFunctions(file, problems);
      for (PipelineParser.StatementContext statement : Statements.of(file, problems)) {
        if (isDataset(file, statement, problems)) {
          statements.add(new Parsed(file, statement));
          for (ParseTree tree :
              Trees.findAllRuleNodes(statement, PipelineParser.RULE_sourceFunction)) {
            PipelineParser.SourceFunctionContext context =
                (PipelineParser.SourceFunctionContext) tree;
            boolean streaming = context.getParent() instanceof PipelineParser.RelationContext;
            SourceFunction function = reader.read(context, streaming);
            if (function != null) {
              functions.put(context, function);
            }
          }
        }
      }
    }
    Map<SourceFunction, String> names = SourceFunctions.names(functions.values());
    List<Dataset> datasets = new ArrayList<>();
    for (Parsed parsed : statements) {
      QueryReader queries = new QueryReader(parsed.source(), functions, names, problems);
      Dataset dataset =
          new DatasetReader(parsed.source(), problems).read(parsed.statement(), queries);
      if (dataset != null) {
        datasets.add(dataset);
      }
    }
    return datasets;
  }

  private static boolean isDataset(
      SourceText file, PipelineParser.StatementContext statement, Problems problems) {
    if (statement.dataset() != null) {
      return true;
    }
    boolean flow = statement.flow() != null;
    int offset =
        flow
            ? statement.flow().getStart().getStartIndex()
            : statement.applyChanges().getStart().getStartIndex();
    problems.add(
        file.problem(
            ErrorCode.SQL_UNSUPPORTED,
            offset,
            flow ? "CREATE FLOW is not possible yet" : "APPLY CHANGES is not possible yet",
            "give the table its query: CREATE OR REFRESH STREAMING TABLE t AS SELECT …; "
                + "the newest row per key is ROW_NUMBER() … = 1"));
    return false;
  }
}
