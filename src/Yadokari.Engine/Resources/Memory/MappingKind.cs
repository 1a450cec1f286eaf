namespace Yadokari.Engine.Resources.Memory;

/// <summary>What a mapping comes back as.</summary>
public enum MappingKind
{
    /// <summary>Private anonymous memory; also what was a private file mapping, whose content travels.</summary>
    Private,

    /// <summary>A shared mapping of a regular file, found by path.</summary>
    SharedFile,

    /// <summary>A view of a shared object (memfd, shared anonymous memory).</summary>
    SharedObject,

    /// <summary>A private mapping of a large data file, found by path; its changed pages travel.</summary>
    PrivateFile,

    /// <summary>A private view of a shared object, which others see as well: its changed pages travel with the view.</summary>
    PrivateObject,

    /// <summary>The ring of a context of io_setup(2).</summary>
    AioContext,
}
