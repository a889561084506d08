using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Orchestrator.Storage.Postgres;

/// <summary>
/// How the database is asked: again after what passes, in growing and scattered pauses; by one only while it is away, so
/// that it is not overrun when it comes back. Everything asked through these may be repeated.
/// </summary>
internal sealed class PostgresPipelines
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BreakFor = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan JudgedFor = TimeSpan.FromSeconds(5);
    private const int JudgedMin = 5;
    private const double FailedMin = 0.9;

    public PostgresPipelines(StorageOptions options, TimeProvider time)
    {
        var breaker = new ResiliencePipelineBuilder { TimeProvider = time }.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = static failed => ValueTask.FromResult(PostgresFailure.IsPassing(failed.Outcome.Exception)),
            MinimumThroughput = JudgedMin,
            FailureRatio = FailedMin,
            SamplingDuration = JudgedFor,
            BreakDuration = BreakFor,
        }).Build();
        Reads = Retrying(time).AddPipeline(breaker).AddTimeout(PostgresWork.AttemptTimeout(options.ReadTimeout)).Build();
        Writes = Retrying(time).AddPipeline(breaker).AddTimeout(PostgresWork.AttemptTimeout(options.WriteTimeout)).Build();
        // Alone, and perhaps long: it may wait for another process that lifts the schema.
        Start = Retrying(time).Build();
    }

    public ResiliencePipeline Reads { get; }

    public ResiliencePipeline Writes { get; }

    public ResiliencePipeline Start { get; }

    /// <summary>Without an end of its own: whoever asks has a time.</summary>
    private static ResiliencePipelineBuilder Retrying(TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        builder.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = static failed => ValueTask.FromResult(
                failed.Outcome.Exception is BrokenCircuitException || PostgresFailure.IsPassing(failed.Outcome.Exception)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = PauseMin,
            MaxDelay = PauseMax,
        });
        return builder;
    }
}
