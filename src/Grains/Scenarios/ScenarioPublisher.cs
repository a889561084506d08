using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orchestrator.Delivery;
using Orchestrator.Sessions;

namespace Orchestrator.Scenarios;

/// <summary>
/// Takes the news of one scenario instance to its session, in order, each until it is taken; what comes meanwhile rides on the next call. It belongs to one activation and is used
/// in its turns only.
/// </summary>
public sealed class ScenarioPublisher(ISessionGrain session, Limits limits, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ended = new();
    private ImmutableArray<ScenarioNews> _waiting = [];
    private Task<Position> _publishing = Task.FromResult(default(Position));

    /// <summary>Whether the session is gone.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Done when everything so far is published, with the place of the last; none if this activation has published nothing.</summary>
    public Task<Position> Settled => _publishing;

    public void Publish(IEnumerable<ScenarioNews> news)
    {
        _waiting = _waiting.AddRange(news);
        if (_publishing.IsCompleted)
        {
            _publishing = Run();
        }
    }

    /// <summary>Waits for what is under way; what the session has not taken by then is announced by the next activation, or was an event.</summary>
    public async Task End(CancellationToken cancellationToken)
    {
        await _ended.CancelAsync();
        await ((Task)_publishing).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task<Position> Run()
    {
        var at = default(Position);
        while (!_waiting.IsEmpty)
        {
            // What could not be published before goes first; how late it is, is known only now.
            var news = _waiting;
            try
            {
                at = await session.PublishScenario([.. news.Select(Timed)]);
                _waiting = _waiting.RemoveRange(0, news.Length);
            }
            catch (Refusal refusal) when (refusal.Code == RefusalCode.SessionNotFound)
            {
                (IsOver, _waiting) = (true, []);
            }
            catch (Exception e)
            {
                log.LogWarning(e, "The session did not take the news of its scenario");
                if (_ended.IsCancellationRequested)
                {
                    throw Refusal.Temporary("The session does not answer; try again.");
                }

                await Task.Delay(Retry, time, _ended.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        return at;
    }

    private ScenarioNews Timed(ScenarioNews news)
    {
        if (news is not ScenarioEventFired fired)
        {
            return news;
        }

        var late = Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - fired.DueMs);
        return fired with { LateMs = late, IsLate = late > limits.ScenarioLateMs };
    }
}
