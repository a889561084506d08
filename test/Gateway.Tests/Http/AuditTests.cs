using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Orchestrator.Administration;
using Orchestrator.Api;
using Orchestrator.Connections;

namespace Orchestrator.Tests;

public sealed class AuditTests : IDisposable
{
    private readonly HubLog _log = new();
    private readonly LoggerFactory _logging;
    private readonly ManualTimeProvider _time = new();
    private readonly RefusedAttempts _attempts;
    private readonly Audit _audit;

    public AuditTests()
    {
        _logging = new LoggerFactory([_log]);
        _attempts = new RefusedAttempts(_time, _logging);
        _audit = new Audit(Stalled.Of<IGrainFactory>(), _time, _attempts, _logging);
    }

    public void Dispose()
    {
        _attempts.Dispose();
        _logging.Dispose();
    }

    [Fact]
    public async Task What_was_done_waits_for_its_entry_only_a_while()
    {
        var done = _audit.Recorded(From("127.0.0.1"), "ResetOrchestrator", null, () => Task.FromResult(true));

        done.IsCompleted.ShouldBeFalse("the entry is under way");
        _time.Advance(TimeSpan.FromSeconds(2));
        (await done.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue();
    }

    [Fact]
    public void Of_many_refused_attempts_of_an_address_some_are_told_and_then_how_many_there_were()
    {
        Attempt("10.0.0.1", 1_800);
        Attempt("10.0.0.2", 1);

        Told("ResetOrchestrator", "10.0.0.1").ShouldBe(RefusedAttempts.ToldMax);
        Told("ResetOrchestrator", "10.0.0.2").ShouldBe(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Count.ShouldBe(RefusedAttempts.ToldMax + 2);
        _log.Lines[^1].Text.ShouldBe($"{1_800 - RefusedAttempts.ToldMax} more attempts from 10.0.0.1 were refused within a minute");

        Attempt("10.0.0.1", 1);
        Told("ResetOrchestrator", "10.0.0.1").ShouldBe(RefusedAttempts.ToldMax + 1);
    }

    [Fact]
    public void Attempts_from_very_many_addresses_are_counted_together()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Attempt($"address {i}", 1);
        }

        _log.Lines.Count.ShouldBe(RefusedAttempts.AddressesMax + RefusedAttempts.ToldMax);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines[^1].Text.ShouldBe($"{10_000 - RefusedAttempts.AddressesMax - RefusedAttempts.ToldMax} more attempts from other addresses were refused within a minute");
    }

    [Fact]
    public async Task What_was_refused_to_somebody_without_the_right_is_an_attempt_and_no_entry()
    {
        // The store never answers: an entry would be waited for.
        await Should.ThrowAsync<Refusal>(() => _audit.Recorded<bool>(From("10.0.0.1"), "DeleteUser", "me", () => throw new Refusal(RefusalCode.NotAllowed, "No.")).WaitAsync(TimeSpan.FromSeconds(10)));

        Told("DeleteUser", "10.0.0.1").ShouldBe(1);
    }

    [Fact]
    public void A_long_target_is_cut_in_the_log()
    {
        _audit.Refused(From("10.0.0.1"), "AddUser", new string('n', 1_000_000));

        _log.Lines.ShouldHaveSingleItem().Text.Length.ShouldBeLessThan(1_000);
    }

    private static CommandContext From(string address) => new(new Origin(null, IsLoopback: false, address), null, null, CancellationToken.None);

    private void Attempt(string address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _audit.Refused(From(address), "ResetOrchestrator", null);
        }
    }

    private int Told(string action, string address) =>
        _log.Lines.Count(l => l.Text.StartsWith(action, StringComparison.Ordinal) && l.Text.Contains($"from {address}:", StringComparison.Ordinal));

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
