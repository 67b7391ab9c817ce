"""From a wish to a decision: who asks what of which room in, the room after it out."""

from dataclasses import dataclass
from uuid import uuid4

from litestar.di import NamedDependency

from console.access import known_room
from console.problems import RefusedByRoom, Undecided
from console.services import Services
from console.views import RoomView, room_view
from schemas.asks import Ask, Command
from schemas.facts import UNCHANGED, Entry, Refused
from schemas.rooms import Room


@dataclass(frozen=True)
class Desk:
    """The services as one caller sees them; made anew for every request."""

    services: Services
    actor: str

    async def ask(self, room_id: str, ask: Ask) -> Room:
        """Have `ask` decided and return the room as it is then; raises as `decide` does."""
        await self.decide(room_id, ask)
        return await known_room(self.services, room_id)

    async def decide(self, room_id: str, ask: Ask) -> tuple[Entry, ...]:
        """Have `ask` decided and return what happened: nothing, where the room is as asked already.

        Raises `RefusedByRoom` with the steward's reason, `Undecided` when it takes too long, `Unavailable`.
        """
        command = Command(command_id=uuid4().hex, room_id=room_id, actor=self.actor, at_ms=self.services.now(), ask=ask)
        return await self.send(command)

    async def send(self, command: Command) -> tuple[Entry, ...]:
        """As `decide`, for a command that has an id of its own."""
        answer = await self.services.gateway.ask(command)
        if answer is None:
            raise Undecided(command.command_id, command.room_id)
        if not isinstance(answer, Refused):
            return answer
        if answer.reason == UNCHANGED:
            return ()
        raise RefusedByRoom(answer.reason, answer.detail, field=answer.field)

    def view(self, room: Room) -> RoomView:
        return room_view(room, self.services.now(), self.services.base_url)


GivenDesk = NamedDependency[Desk]
"""How a handler asks for its caller's desk."""
