package io.millrace.catalog.server.rest;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** Everything of ours that is logged meanwhile, at every level. */
final class CapturedLog implements AutoCloseable {
  private static final String NAME = "io.millrace";

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final AbstractAppender appender =
      new AbstractAppender("captured", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          lines.add(event.getMessage().getFormattedMessage() + " " + event.getThrown());
        }
      };

  CapturedLog() {
    appender.start();
    for (String name : new String[] {NAME, "io.javalin"}) {
      LoggerConfig config = new LoggerConfig(name, Level.ALL, true);
      config.addAppender(appender, Level.ALL, null);
      context.getConfiguration().addLogger(name, config);
    }
    context.updateLoggers();
    org.slf4j.LoggerFactory.getLogger(CapturedLog.class).info("Capturing begins");
  }

  String text() {
    return lines.stream().collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    context.getConfiguration().removeLogger(NAME);
    context.getConfiguration().removeLogger("io.javalin");
    context.updateLoggers();
    appender.stop();
  }
}
