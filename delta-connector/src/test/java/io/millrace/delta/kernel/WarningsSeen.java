package io.millrace.delta.kernel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What a class warns of. */
final class WarningsSeen extends AbstractAppender implements AutoCloseable {
  private final String logger;
  private final List<String> messages = new CopyOnWriteArrayList<>();

  private WarningsSeen(Class<?> of) {
    super("warnings", null, null, true, Property.EMPTY_ARRAY);
    this.logger = of.getName();
  }

  static WarningsSeen of(Class<?> of) {
    WarningsSeen seen = new WarningsSeen(of);
    seen.start();
    LoggerConfig config = new LoggerConfig(seen.logger, Level.WARN, false);
    config.addAppender(seen, Level.WARN, null);
    context().getConfiguration().addLogger(seen.logger, config);
    context().updateLoggers();
    return seen;
  }

  private static LoggerContext context() {
    return (LoggerContext) LogManager.getContext(false);
  }

  @Override
  public void append(LogEvent event) {
    messages.add(event.getMessage().getFormattedMessage());
  }

  List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public void close() {
    context().getConfiguration().removeLogger(logger);
    context().updateLoggers();
    stop();
  }
}
