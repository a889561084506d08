using Orchestrator.DataStreams;
using Orchestrator.Delivery;
using Orchestrator.Security;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.Api;

/// <summary>Declares a stream of the caller in its session.</summary>
/// <param name="WaitingMax">For the policy dropOldest; 10 without it.</param>
/// <param name="BytesPerSecondMax">Without it there is no limit.</param>
public sealed record DeclareStreamParameters(
    string? Kind = null, string? Description = null, PacketPolicy Policy = PacketPolicy.Reliable, int? WaitingMax = null, long? BytesPerSecondMax = null);

/// <summary>Takes a stream of the caller back.</summary>
public sealed record RemoveStreamParameters(string? Kind = null);

/// <summary>Asks for what a member has declared.</summary>
public sealed record AvailableStreamsParameters(UserId? DataStreamUserId = null);

/// <summary>A stream of a member, to begin or to end a registration for it.</summary>
public sealed record RegisterStreamParameters(UserId? UserId = null, string? Kind = null);

/// <summary>A packet of a stream of the caller.</summary>
/// <param name="Data">Any JSON value; passed on unread.</param>
/// <param name="SentAt">The sender's own time stamp, in whatever it counts; passed on unread.</param>
public sealed record SendDataParameters(string? Kind = null, Payload? Data = null, long? SentAt = null);

/// <summary>Audio for all other members.</summary>
/// <param name="AudioData">Any JSON value; passed on unread.</param>
public sealed record PushAudioParameters(Payload? AudioData = null);

/// <summary>Commands about data streams, and audio.</summary>
public sealed class DataStreamCommands
{
    private readonly IGrainFactory _grains;
    private readonly SessionEntrance _entrance;
    private readonly PacketTokens _tokens;

    public DataStreamCommands(IGrainFactory grains, SessionEntrance entrance, PacketTokens tokens)
    {
        (_grains, _entrance, _tokens) = (grains, entrance, tokens);
        DeclareDataStream = new("DeclareDataStream", Declare, Validate);
        RemoveDataStream = new("RemoveDataStream", (c, p) => Declared(c, s => s.RemoveDataStream(c.User, p.Kind)), static (p, limits) => Kind(p.Kind, limits));
        RemoveAllDataStreams = new("RemoveAllDataStreams", (c, _) => Declared(c, s => s.RemoveAllDataStreams(c.User)));
        GetAvailableDataStreams = new("GetAvailableDataStreams", Available);
        RegisterForDataStream = new("RegisterForDataStream", Register, static (p, limits) => Kind(p.Kind, limits));
        UnregisterFromDataStream = new("UnregisterFromDataStream", (c, p) => Unregister(c, s => s.UnregisterFromDataStream(c.User, Of(p))), static (p, limits) => Kind(p.Kind, limits));
        UnregisterFromAllDataStreams = new("UnregisterFromAllDataStreams", (c, _) => Unregister(c, s => s.UnregisterFromAllDataStreams(c.User)));
        GetRegisteredDataStreams = new("GetRegisteredDataStreams", Registered);
        SendData = new("SendData", Send, static (p, limits) => Kind(p.Kind, limits));
        PushAudio = new("PushAudio", Push);
        GetPacketToken = new("GetPacketToken", (c, _) => Task.FromResult(new Answer<PacketTokenBody>(PacketTokenBody.Of(_tokens, c))));
    }

    public Command<DeclareStreamParameters, StreamStateBody> DeclareDataStream { get; }

    public Command<RemoveStreamParameters, StreamStateBody> RemoveDataStream { get; }

    public Command<NoParameters, StreamStateBody> RemoveAllDataStreams { get; }

    public Command<AvailableStreamsParameters, IReadOnlyDictionary<string, DeclaredStreamBody>> GetAvailableDataStreams { get; }

    public Command<RegisterStreamParameters, StreamStateBody> RegisterForDataStream { get; }

    public Command<RegisterStreamParameters, StreamStateBody> UnregisterFromDataStream { get; }

    public Command<NoParameters, StreamStateBody> UnregisterFromAllDataStreams { get; }

    public Command<NoParameters, IReadOnlyDictionary<string, RegisteredStreamBody>> GetRegisteredDataStreams { get; }

    public Command<SendDataParameters, Nothing> SendData { get; }

    public Command<PushAudioParameters, Nothing> PushAudio { get; }

    public Command<NoParameters, PacketTokenBody> GetPacketToken { get; }

    private static void Kind(string? kind, Limits limits) => Validation.Length(kind, "kind", limits.NameLengthMax);

    private static void Validate(DeclareStreamParameters parameters, Limits limits)
    {
        Kind(parameters.Kind, limits);
        Validation.Length(parameters.Description, "description", limits.DescriptionLengthMax);
        if (!Enum.IsDefined(parameters.Policy))
        {
            throw Refusal.BadRequest("The parameter 'policy' is reliable, latest or dropOldest.");
        }

        if (parameters.WaitingMax is { } waiting)
        {
            DemandWaiting(parameters.Policy, waiting, limits);
        }

        if (parameters.BytesPerSecondMax < 1)
        {
            throw Refusal.BadRequest("The parameter 'bytesPerSecondMax' is less than 1.");
        }
    }

    private static void DemandWaiting(PacketPolicy policy, int waiting, Limits limits)
    {
        if (policy != PacketPolicy.DropOldest || waiting < 1)
        {
            throw Refusal.BadRequest("The parameter 'waitingMax' goes with the policy dropOldest, and is 1 or more.");
        }

        if (waiting > limits.PacketsWaitingMax)
        {
            throw new Refusal(RefusalCode.LimitReached, $"The parameter 'waitingMax' is more than {limits.PacketsWaitingMax}.");
        }
    }

    private Task<Answer<StreamStateBody>> Declare(CommandContext context, DeclareStreamParameters parameters) => Declared(
        context,
        session => session.DeclareDataStream(
            context.User,
            new DataStream(parameters.Kind ?? "", parameters.Description ?? "", parameters.Policy, parameters.WaitingMax, parameters.BytesPerSecondMax)));

    private async Task<Answer<StreamStateBody>> Declared(CommandContext context, Func<ISessionGrain, Task<MemberStreams>> change)
    {
        var session = context.Session;
        var streams = await change(Grain(session));
        _entrance.Streams(context.Socket).Declared(session, streams.At);
        return State(context, session, streams);
    }

    private async Task<Answer<IReadOnlyDictionary<string, DeclaredStreamBody>>> Available(CommandContext context, AvailableStreamsParameters parameters)
    {
        var streams = await Grain(context.Session).GetAvailableDataStreams(context.User, parameters.DataStreamUserId);
        return new(StreamStateBody.ByKind(parameters.DataStreamUserId!.Value, streams));
    }

    private async Task<Answer<StreamStateBody>> Register(CommandContext context, RegisterStreamParameters parameters)
    {
        var session = context.Session;
        var streams = await Grain(session).RegisterForDataStream(context.User, Of(parameters));
        var followed = _entrance.Streams(context.Socket);
        if (streams.ChangedAt is null)
        {
            // Registered before; whether it is followed as well is not known.
            await followed.Sync(session);
        }

        await followed.Reach(session, streams.ChangedAt, new DataStreamKey(parameters.UserId!.Value, parameters.Kind!));
        return State(context, session, streams);
    }

    /// <summary>When it is answered, nothing of the stream follows.</summary>
    private async Task<Answer<StreamStateBody>> Unregister(CommandContext context, Func<ISessionGrain, Task<MemberStreams>> change)
    {
        var session = context.Session;
        var streams = await change(Grain(session));
        await _entrance.Streams(context.Socket).Reach(session, streams.ChangedAt);
        await context.Socket.Sent();
        return State(context, session, streams);
    }

    private async Task<Answer<IReadOnlyDictionary<string, RegisteredStreamBody>>> Registered(CommandContext context, NoParameters parameters)
    {
        var session = context.Session;
        var streams = await Grain(session).GetDataStreams(context.User);
        return new(StreamStateBody.ByName(streams.Registered, s => context.Socket.Dropped(SourceId.Of(new DataStreamId(session, s)))));
    }

    private async Task<Answer<Nothing>> Send(CommandContext context, SendDataParameters parameters)
    {
        var session = context.Session;
        if (string.IsNullOrEmpty(parameters.Kind))
        {
            throw new Refusal(RefusalCode.StreamKindMissing, "The kind of the data stream is missing.");
        }

        var id = new DataStreamId(session, new DataStreamKey(context.User.User, parameters.Kind));
        await _grains.GetGrain<IDataStreamGrain>(id.Key).Send(context.User, new Packet(parameters.Data, _entrance.Streams(context.Socket).DeclaredAt, parameters.SentAt));
        return Nothing.Answer;
    }

    private async Task<Answer<Nothing>> Push(CommandContext context, PushAudioParameters parameters)
    {
        var session = context.Session;
        return new(new Nothing(), Place.Of(session.Value, await Grain(session).PushAudio(context.User, parameters.AudioData)));
    }

    private static StreamOfUser Of(RegisterStreamParameters parameters) => new(parameters.UserId, parameters.Kind);

    private static Answer<StreamStateBody> State(CommandContext context, SessionId session, MemberStreams streams) =>
        new(StreamStateBody.Of(context.User.User, streams), Place.Of(session.Value, streams.At));

    private ISessionGrain Grain(SessionId session) => _grains.GetGrain<ISessionGrain>(session.Value);
}
