namespace Orchestrator.LocalEngine;

/// <summary>The base of the emitted proxies of observers.</summary>
internal abstract class ObserverReference : IAddressable
{
    protected ObserverReference(ObserverMailbox mailbox) => Mailbox = mailbox;

    internal ObserverMailbox Mailbox { get; }

    public Task Call(VoidRequest request)
    {
        if (Mailbox.Engine.Copier is { } copier)
        {
            request.CopyArguments(copier);
        }

        Mailbox.Post(request);
        return Task.CompletedTask;
    }
}
