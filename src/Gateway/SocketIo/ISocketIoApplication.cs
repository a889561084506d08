using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Orchestrator.Connections;
using Orchestrator.EngineIo;

namespace Orchestrator.SocketIo;

/// <summary>What is served over Socket.IO.</summary>
public interface ISocketIoApplication
{
    /// <summary>A client has opened a transport with this request, which must not be kept. What is sent to it goes through its queue, in the form of <see cref="PacketEncoder"/>.</summary>
    ISocketIoVisitor Opened(HttpContext handshake, EngineIoVersion version, OutboundQueue outbound);
}

/// <summary>One client of an application, on one transport.</summary>
public interface ISocketIoVisitor
{
    /// <summary>
    /// It wants to enter a namespace. Refusals are told it with their sentence, and it may try again; the answer to an entry is sent before anything that the handler sends later.
    /// </summary>
    /// <param name="auth">What it gave along; null for nothing.</param>
    ISocketIoHandler Enter(string @namespace, string id, Payload? auth);
}

/// <summary>One client in one namespace. It is called by one at a time.</summary>
public interface ISocketIoHandler
{
    /// <summary>An event has come; the next one waits until this is done.</summary>
    Task Received(SocketIoEvent received);

    /// <summary>The client has left the namespace, or its transport is gone. Called once, and last.</summary>
    Task Left();
}

/// <summary>An event from a client.</summary>
/// <param name="Arguments">What follows its name. Each has the binary parts that belong to it, numbered from 0.</param>
/// <param name="AckId">Null when no acknowledgement is asked for.</param>
public sealed record SocketIoEvent(string Name, ImmutableArray<Payload> Arguments, long? AckId);
