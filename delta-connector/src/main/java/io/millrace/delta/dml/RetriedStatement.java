package io.millrace.delta.dml;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.concurrent.ExecutionException;
import org.apache.flink.table.api.TableEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an UPDATE or DELETE until no other writer comes between: a job of Flink's cannot be planned
 * again from within, so that who runs the statement does it.
 */
public final class RetriedStatement {
  private static final Logger LOG = LoggerFactory.getLogger(RetriedStatement.class);
  private static final int ROUNDS_MAX = 10;

  private RetriedStatement() {}

  /**
   * Runs a statement and waits for its end.
   *
   * @param tables in batch mode
   * @return how often it was planned
   * @throws MillraceException COMMIT_CONFLICT if others changed what it reads again and again; what
   *     the statement fails with
   */
  public static int run(TableEnvironment tables, String statement) {
    for (int round = 1; ; round++) {
      try {
        tables.executeSql(statement).await();
        return round;
      } catch (ExecutionException | RuntimeException e) {
        MillraceException known = MillraceException.in(e);
        if (known == null) {
          throw new MillraceException(
              ErrorCode.PIPELINE_FAILED,
              "a statement failed: " + e.getMessage(),
              "correct the statement, or see the log of its job",
              e);
        }
        if (known.code() != ErrorCode.COMMIT_CONFLICT || round == ROUNDS_MAX) {
          throw known;
        }
        LOG.info("Another writer changed what was read, running again: {}", known.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new MillraceException(
            ErrorCode.PIPELINE_FAILED,
            "a statement was interrupted; its job may go on",
            "look at the table's history before running it again",
            e);
      }
    }
  }
}
