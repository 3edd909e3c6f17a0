"""Names the distribution that meshctl comes in, and says how to install it with an extra."""

NAME = "meshwright"
"""What packages call it. The command is ``meshctl``; a distribution of that name is another program."""


def with_extra(extra: str) -> str:
    """Say how to install meshctl with what an extra brings.

    The name never stands alone: an index may know another program by it.
    """
    return (
        f"install meshctl again with its extra: pip install '{NAME}[{extra}] @ git+URL', "
        f"with the URL of its repository, or '.[{extra}]' in a checkout"
    )
