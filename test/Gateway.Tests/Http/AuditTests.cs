using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Connections;

namespace Orchestrator.Tests;

public sealed class AuditTests
{
    [Fact]
    public async Task What_was_done_waits_for_its_entry_only_a_while()
    {
        var time = new ManualTimeProvider();
        var audit = new Audit(Stalled.Of<IGrainFactory>(), time, NullLoggerFactory.Instance);
        var context = new CommandContext(new Origin(null, IsLoopback: true, "127.0.0.1"), null, null, CancellationToken.None);

        var done = audit.Recorded(context, "ResetOrchestrator", null, () => Task.FromResult(true));

        done.IsCompleted.ShouldBeFalse("the entry is under way");
        time.Advance(TimeSpan.FromSeconds(2));
        (await done.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue();
    }

    /// <summary>A grain that never answers, and the factory of it.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "A proxy derives from it.")]
    private class Stalled : DispatchProxy
    {
        public static T Of<T>()
            where T : class => Create<T, Stalled>();

        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(Task) ? new TaskCompletionSource().Task : Of<IAuditGrain>();
    }
}
