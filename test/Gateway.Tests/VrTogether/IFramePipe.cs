namespace Orchestrator.Tests;

/// <summary>The way between a client and the server, packet by packet.</summary>
internal interface IFramePipe : IAsyncDisposable
{
    /// <summary>Sends a Socket.IO packet, with what Engine.IO says before it, and its attachments.</summary>
    void Send(string text, params IReadOnlyList<byte[]> attachments);

    /// <summary>Ends it without a word.</summary>
    void Cut();
}

/// <summary>Where what comes over a pipe goes.</summary>
internal interface IFrameSink
{
    /// <summary>A text message, as it came: with Engine.IO's type.</summary>
    void Text(string text);

    /// <summary>A binary message, without Engine.IO's type.</summary>
    void Binary(byte[] bytes);

    /// <summary>The server has ended the connection.</summary>
    void Closed(int code, string reason);
}
