package io.millrace.delta.sink;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** How often the commits of a sink had to be tried again, as {@link TableCommitter} logs it. */
final class RetriesSeen extends AbstractAppender implements AutoCloseable {
  private static final String LOGGER = TableCommitter.class.getName();

  private final AtomicInteger most = new AtomicInteger();

  private RetriesSeen() {
    super("retries", null, null, true, Property.EMPTY_ARRAY);
  }

  static RetriesSeen begin() {
    RetriesSeen seen = new RetriesSeen();
    seen.begin(context());
    return seen;
  }

  private static LoggerContext context() {
    return (LoggerContext) LogManager.getContext(false);
  }

  private void begin(LoggerContext context) {
    start();
    LoggerConfig config = new LoggerConfig(LOGGER, Level.INFO, false);
    config.addAppender(this, Level.INFO, null);
    context.getConfiguration().addLogger(LOGGER, config);
    context.updateLoggers();
  }

  @Override
  public void append(LogEvent event) {
    String message = event.getMessage().getFormat();
    if (message.startsWith("Another writer was faster, planning again")) {
      Object[] values = event.getMessage().getParameters();
      most.accumulateAndGet((Integer) values[values.length - 1], Math::max);
    }
  }

  int most() {
    return most.get();
  }

  @Override
  public void close() {
    context().getConfiguration().removeLogger(LOGGER);
    context().updateLoggers();
    stop();
  }
}
