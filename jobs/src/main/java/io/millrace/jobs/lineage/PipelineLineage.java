package io.millrace.jobs.lineage;

import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.project.PipelineGraph;
import java.util.List;
import java.util.Map;

/**
 * Which columns each table of a pipeline is made of.
 *
 * <p>Between two tables lie views only, so that what is between them is gone from the answer: a
 * column of a table is made of columns of the tables before it, and of sources. Rules that keep
 * rows out, and the reading of documents, decide about rows as a WHERE does.
 *
 * @param tables for each table what is written to it; its name has the parts {@link #CATALOG},
 *     {@link #SCHEMA} and the table, and so have those of the pipeline's tables that it reads
 * @param sources what stands behind the other names
 */
public record PipelineLineage(
    Map<String, StatementLineage> tables, Map<ObjectName, SourceFunction> sources) {
  /** In the place of the catalog that the tables are registered in. */
  public static final String CATALOG = "pipeline";

  /** In the place of the schema that the tables are registered in. */
  public static final String SCHEMA = "datasets";

  public PipelineLineage {
    tables = Map.copyOf(tables);
    sources = Map.copyOf(sources);
  }

  /**
   * Plans every query of a pipeline that compiles, which takes Flink's planner some seconds at the
   * first time. Needs the context class loader to see this class.
   */
  public static PipelineLineage of(PipelineGraph graph, PipelinePlan plan) {
    return new DatasetWalk(graph, plan).walk();
  }

  /** The name by which a dataset is known here. */
  public static ObjectName nameOf(String dataset) {
    return new ObjectName(List.of(CATALOG, SCHEMA, dataset));
  }
}
