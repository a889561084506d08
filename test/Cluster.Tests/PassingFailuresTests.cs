using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Sessions;
using Orchestrator.Users;
using Orleans.Serialization.Invocation;

namespace Orchestrator.Cluster;

public sealed class PassingFailuresTests
{
    private static readonly Caller Somebody = new(new UserId("u"), new Devices.DeviceId("d"), "Somebody");

    public static TheoryData<string> Unmade => ["rejected", "silo rejected", "nowhere"];

    public static TheoryData<string> Unknown => ["silo lost", "time-out"];

    [Theory]
    [MemberData(nameof(Unmade))]
    public async Task A_call_that_no_grain_has_seen_is_made_again(string failure)
    {
        var call = new Call(nameof(ISessionGrain.SendMessage), Message(null), failure);

        await Filter().Invoke(call);

        call.Made.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task A_call_that_may_have_been_done_is_not_made_again_and_answered_as_temporary(string failure)
    {
        var call = new Call(nameof(ISessionGrain.SendMessage), Message(null), failure);

        var refusal = await Should.ThrowAsync<Refusal>(() => Filter().Invoke(call));

        refusal.IsTemporary.ShouldBeTrue();
        call.Made.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task With_a_key_it_is_made_again(string failure)
    {
        var call = new Call(nameof(ISessionGrain.SendMessage), Message("once"), failure);

        await Filter().Invoke(call);

        call.Made.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task What_may_be_done_twice_is_made_again(string failure)
    {
        var call = new Call(nameof(ISessionGrain.Get), [Somebody], failure);

        await Filter().Invoke(call);

        call.Made.ShouldBe(2);
    }

    [Fact]
    public async Task What_was_unmade_and_then_may_have_been_done_is_answered_as_temporary()
    {
        var call = new Call(nameof(ISessionGrain.SendMessage), Message(null), "silo rejected", "silo lost");

        (await Should.ThrowAsync<Refusal>(() => Filter().Invoke(call))).IsTemporary.ShouldBeTrue();

        call.Made.ShouldBe(2);
    }

    private static object[] Message(string? key) => [Somebody, new SendMessage(Payload.EmptyObject, Key: key)];

    private static PassingFailures Filter() => new(TimeProvider.System, NullLogger<PassingFailures>.Instance);

    /// <summary>Fails as the engine does, in turn, and then is done.</summary>
    private sealed class Call(string method, object[] arguments, params string[] failures) : IOutgoingGrainCallContext
    {
        public int Made { get; private set; }

        public IInvokable Request { get; } = new Arguments(arguments);

        public MethodInfo InterfaceMethod { get; } = typeof(ISessionGrain).GetMethod(method)!;

        public string MethodName => method;

        public object Grain => throw new NotSupportedException();

        public GrainId? SourceId => null;

        public GrainId TargetId => throw new NotSupportedException();

        public GrainInterfaceType InterfaceType => throw new NotSupportedException();

        public string InterfaceName => nameof(ISessionGrain);

        public IGrainContext? SourceContext => null;

        public object? Result { get; set; }

        public Response? Response { get; set; }

        public Task Invoke() => Made++ < failures.Length ? Task.FromException(Failure(failures[Made - 1])) : Task.CompletedTask;

        private static Exception Failure(string name) => name switch
        {
            "rejected" => (Exception)Activator.CreateInstance(typeof(OrleansMessageRejectionException), BindingFlags.NonPublic | BindingFlags.Instance, null, ["Forwarding failed"], null)!,
            "silo rejected" => new SiloUnavailableException(),
            "nowhere" => new OrleansException("Current directory is not stable to perform the lookup"),
            // The sentence of CallbackData.OnTargetSiloFail.
            "silo lost" => new SiloUnavailableException("The target silo became unavailable for message: Request."),
            _ => new TimeoutException("Response did not arrive on time"),
        };
    }

    private sealed class Arguments(object[] arguments) : IInvokable
    {
        public int GetArgumentCount() => arguments.Length;

        public object? GetArgument(int index) => arguments[index];

        public void SetArgument(int index, object value) => arguments[index] = value;

        public object? GetTarget() => null;

        public void SetTarget(ITargetHolder holder) => throw new NotSupportedException();

        public ValueTask<Response> Invoke() => throw new NotSupportedException();

        public string GetMethodName() => throw new NotSupportedException();

        public string GetInterfaceName() => throw new NotSupportedException();

        public string GetActivityName() => throw new NotSupportedException();

        public MethodInfo GetMethod() => throw new NotSupportedException();

        public Type GetInterfaceType() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
