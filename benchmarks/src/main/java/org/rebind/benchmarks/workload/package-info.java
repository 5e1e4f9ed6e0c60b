/** What is measured: each workload's inputs, its function in every contender's form, and its check. */
package org.rebind.benchmarks.workload;
