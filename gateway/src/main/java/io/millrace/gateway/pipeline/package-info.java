/** Running a pipeline in this process: what is asked for, and what it reports meanwhile. */
@NullMarked
package io.millrace.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
