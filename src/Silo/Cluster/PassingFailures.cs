using System.Collections.Concurrent;
using System.Reflection;
using Polly;
using Polly.Retry;

namespace Orchestrator.Cluster;

/// <summary>
/// While a silo is dead and not yet declared so, calls to its grains fail, and some to grains that are nowhere yet. Here, and nowhere else, a call that was certainly not made, or may be
/// made twice, is made again in growing and scattered pauses; every other is answered as temporary.
/// </summary>
public sealed class PassingFailures : IOutgoingGrainCallFilter
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan PauseLast = TimeSpan.FromMilliseconds(400);

    // What it says when no call was under way.
    private static readonly string Rejected = new SiloUnavailableException().Message;

    private readonly ConcurrentDictionary<MethodInfo, bool> _repeatable = new();
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ResiliencePipeline _again;

    public PassingFailures(TimeProvider time, ILogger<PassingFailures> log)
    {
        (_time, _log) = (time, log);
        _again = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = static failed => ValueTask.FromResult(failed.Outcome.Exception is { } e && IsPassing(e)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = PauseFirst,
            MaxDelay = PauseLast,
        }).Build();
    }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception e) when (IsPassing(e) && context.InterfaceMethod is { } method && IsOurs(method))
        {
            var (isRepeatable, last, since) = (IsRepeatable(context, method), e, _time.GetTimestamp());
            await _again.ExecuteAsync(async _ =>
            {
                if (!(isRepeatable || IsUnmade(last)) || _time.GetElapsedTime(since) > PatienceMax)
                {
                    _log.LogDebug(last, "{Method} is answered as temporary", method.Name);
                    throw Refusal.Temporary("A part of the cluster does not answer, so it is not known whether this was done; try again.");
                }

                _log.LogDebug(last, "{Method} is called again", method.Name);
                try
                {
                    await context.Invoke();
                }
                catch (Exception again) when (IsPassing(again))
                {
                    last = again;
                    throw;
                }
            });
        }
    }

    private static bool IsPassing(Exception e) => e is OrleansException or TimeoutException;

    /// <summary>
    /// Rejected on the way, or nobody knew where to, so no grain has seen it. That a silo was lost with the call under way is told by the same exception, with a text of its own: a grain
    /// may have done it before.
    /// </summary>
    private static bool IsUnmade(Exception e) => e is SiloUnavailableException
        ? e.Message == Rejected
        : e is OrleansMessageRejectionException || e.GetType() == typeof(OrleansException);

    private static bool IsOurs(MethodInfo method) => method.DeclaringType?.Namespace?.StartsWith(nameof(Orchestrator), StringComparison.Ordinal) == true;

    private bool IsRepeatable(IOutgoingGrainCallContext context, MethodInfo method)
    {
        if (_repeatable.GetOrAdd(method, static m => m.IsDefined(typeof(RepeatableAttribute))))
        {
            return true;
        }

        for (var i = 0; i < context.Request.GetArgumentCount(); i++)
        {
            if (context.Request.GetArgument(i) is IKeyedCommand { Key: not null })
            {
                return true;
            }
        }

        return false;
    }
}
