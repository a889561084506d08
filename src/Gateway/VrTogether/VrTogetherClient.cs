using Orchestrator.Connections;
using Orchestrator.SocketIo;

namespace Orchestrator.VrTogether;

/// <summary>What all clients of this wire are served with.</summary>
internal sealed record VrTogetherServices(Requests Requests, Api.CommandRunner Runner, ConnectionCloser Closer);

/// <summary>One client in the namespace "/". Every request that asks for an acknowledgement gets one, whatever becomes of it; the others get none.</summary>
internal sealed class VrTogetherClient(ClientConnection connection, VrTogetherDialect dialect, VrTogetherServices services) : ISocketIoHandler
{
    private readonly RequestContext _context = new(services.Runner, connection, dialect.Version);

    public async Task Received(SocketIoEvent received)
    {
        var arguments = new Arguments(received.Arguments);
        var request = services.Requests.Find(received.Name);
        Action<Outcome>? answer = received.AckId is { } id ? outcome => connection.Send(Say(id, request, arguments, outcome)) : null;
        if (request is null)
        {
            answer?.Invoke(Outcome.Of(new Refusal(RefusalCode.UnknownCommand, "There is no such request.")));
            return;
        }

        await request.Run(_context, arguments, answer);
    }

    public Task Left() => services.Closer.Closed(connection);

    private ReadOnlyMemory<byte> Say(long ackId, Request? request, Arguments arguments, Outcome outcome)
    {
        if (outcome.Error == 0)
        {
            return request!.Kind == RequestKind.Administration
                ? dialect.EncodeDone(ackId)
                : dialect.Encode(ackId, new Acknowledgement(0, outcome.Message, outcome.Body ?? Acknowledgement.NoBody, CommandIdOf(request, arguments)));
        }

        // Version 2 forgets it here, and here alone.
        var isNameless = request?.Name == "Login" && outcome.Error == (int)RefusalCode.NotLoggedIn;
        return dialect.Encode(ackId, Acknowledgement.Refusing(outcome.Error, outcome.Message, isNameless ? null : CommandIdOf(request, arguments)));
    }

    private static Payload? CommandIdOf(Request? request, Arguments arguments) => request?.Kind is RequestKind.Command or null ? arguments.CommandId : null;
}
