"""Whole flows as a screen reader has them: roles, names, states, and what is announced (B11, WCAG 4.1)."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.browser.stage import JOURNEY, Stage, details_of, in_the_call, join

pytestmark = JOURNEY


async def test_a_visit_is_scheduled(stage: Stage) -> None:
    """Every field has its name, a fault stands at its field, facts are read as pairs, the end is told."""
    page = await stage.page(f"{stage.server.url}/schedule", await stage.staff())
    await page.get_by_role("button", name="The week after").click()
    await expect(page.get_by_role("button", name="Today")).to_be_enabled()
    await reads(
        page.locator("body"),
        """
        - link "Skip to the visits"
        - banner:
          - navigation "Pages":
            - link "Waiting room"
            - link "Schedule"
          - button "Dr. Ana Rivera Provider"
        - main:
          - heading "Schedule" [level=1]
          - button "The week before"
          - textbox "Day that is shown"
          - button "The week after"
          - button "Today"
          - group "What the calendar shows":
            - button "Week" [pressed]
            - button "Day"
          - button "New visit"
          - group "Whose visits to show":
            - button "All providers" [pressed]
            - button "Dr. Ana Rivera"
          - button "Cancelled visits"
          - region /^Visits, .*times in/:
            - slider "Choose a time for a new visit"
            - paragraph: /^Arrow keys move/
            - grid:
              - rowgroup
        - status
        """,
    )
    await page.get_by_role("slider", name="Choose a time for a new visit").press("Enter")
    form = page.get_by_role("dialog", name="New visit")
    await form.get_by_role("button", name="Create Visit").click()
    await expect(form.get_by_label("Patient's name")).to_be_focused()
    await reads(
        form,
        """
        - dialog "New visit":
          - heading "New visit" [level=2]
          - button "Close"
          - textbox "Patient's name" [invalid]
          - alert: Type the patient's name.
          - textbox "E-mail"
          - textbox "Mobile number"
          - combobox "Provider":
            - option "Dr. Ana Rivera" [selected]
          - group "Time":
            - radio "Now"
            - radio "At a time" [checked]
          - combobox "Visit option"
          - combobox "Room"
          - group "Visit type":
            - radio "Video" [checked]
            - radio "Phone"
          - textbox "Visit name"
          - region "More options":
            - heading "More options" [level=3]
            - button "More provider"
            - button "Other guest"
            - group "Reminders":
              - list:
                - listitem:
                  - button "Remove the reminder 24 hours before"
            - combobox "Language of the messages":
              - option "English" [selected]
          - alert: Something is not right yet. It stands at its field.
          - button "Cancel"
          - button "Create Visit"
        """,
    )
    await form.get_by_label("Patient's name").fill("Nora Quinn")
    await form.get_by_role("button", name="Create Visit").click()
    confirm = page.get_by_role("dialog", name="Confirm New Visit")
    await expect(confirm.get_by_role("heading", name="Confirm New Visit")).to_be_focused()
    await reads(
        confirm,
        """
        - dialog "Confirm New Visit":
          - heading "Confirm New Visit" [level=2]
          - group "Confirm New Visit":
            - term: Time
            - definition: /[AP]M \\(/
            - term: Visit Type
            - definition: Video
            - term: Patient
            - definition: Nora Quinn
            - term: Provider
            - definition: Dr. Ana Rivera
          - button "Back"
          - button "Confirm"
        """,
    )
    await confirm.get_by_role("button", name="Confirm").click()
    await announced(page, "The visit with Nora Quinn is created.")
    made = page.get_by_role("grid").get_by_role("button", name="Nora Quinn Scheduled Dr. Ana Rivera")
    await expect(made).to_be_focused()
    await made.press("Enter")
    await expect(details_of(page)).to_be_focused()
    stage.clinic.planned.append(page.url.rpartition("visit=")[2])


async def test_somebody_is_invited(stage: Stage) -> None:
    """The panel tells its parts as pairs, an address is changed or removed by name, the sending is told."""
    visit = await stage.clinic.plan("Priya Nair")
    page = await stage.dashboard(visit)
    details = details_of(page)
    await details.get_by_role("button", name="Add Participants").click()
    await expect(details.get_by_role("textbox", name="E-mail addresses")).to_be_focused()
    await page.keyboard.type("daughter@example.org;")
    await reads(
        details.get_by_role("region", name="Add Participants"),
        """
        - region "Add Participants":
          - heading "Add Participants" [level=3]:
            - button "Add Participants" [expanded]
          - term: Link For a computer, tablet or phone
          - definition:
            - button "Copy link"
          - term: Dial-in number For any telephone
          - definition:
            - button "Copy number"
          - term: PIN
          - definition:
            - button "Copy PIN"
          - button "Copy all"
          - button "Show as a code to scan"
          - paragraph: /^Works until/
          - region "Send an invitation":
            - heading "Send an invitation" [level=3]
            - 'list "E-mail addresses: added"':
              - listitem:
                - button /^daughter@example.org/
                - button "Remove daughter@example.org"
            - textbox "E-mail addresses"
            - textbox "Phone numbers, for text messages"
            - textbox "Name or relationship (optional)"
            - checkbox "Comes as interpreter"
            - button "Send Invitation"
        """,
    )
    await details.get_by_role("button", name="Send Invitation").click()
    await announced(page, "On its way to daughter@example.org.")
    await reads(
        details.get_by_role("region", name="Invitations"),
        """
        - region "Invitations":
          - heading "Invitations" [level=3]
          - list:
            - listitem:
              - paragraph: d***@e***.org
              - list:
                - listitem: /^Made /
                - listitem: /^E-mail/
              - button "Resend the invitation for d***@e***.org"
              - button "Revoke the invitation for d***@e***.org"
        """,
    )


async def test_a_guest_joins_and_is_let_in(stage: Stage) -> None:
    """The guest hears what is missing and where they are; the clinic hears who waits, and lets in by name."""
    async with stage.clinic.settings(admission="provider_admits"):
        visit = await stage.clinic.plan("Ines Moreau")
        board = await stage.dashboard(visit)
        async with stage.clinic.provider_in(visit):
            guest = await stage.page(visit.guest_url)
            await guest.get_by_role("button", name="Join Meeting").click()
            await expect(guest.get_by_label("Your name")).to_be_focused()
            await reads(
                guest.get_by_role("main"),
                """
                - main:
                  - paragraph: Cedar Grove Clinic
                  - heading "Your visit with Dr. Ana Rivera" [level=1]
                  - paragraph: /15 minutes$/
                  - textbox "Your name" [invalid]
                  - alert: Please type your name.
                  - button "Join Meeting"
                  - button "Join without camera"
                  - button "Join by phone"
                  - group: Camera and sound
                  - paragraph:
                    - button "Español"
                """,
            )
            await join(guest, "Maria Lopez")
            await expect(guest.get_by_role("heading", name="Your provider knows you're here")).to_be_focused()
            await announced(board, "Somebody came to the visit with Ines Moreau.")
            await reads(
                details_of(board).get_by_role("region", name="Participants", exact=True),
                """
                - region "Participants":
                  - heading "Participants" [level=3]
                  - heading "In the call" [level=4]
                  - list:
                    - listitem:
                      - text: /Dr. Ana Rivera Provider In the call/
                      - button "More for Dr. Ana Rivera"
                  - separator
                  - heading "Not in the call" [level=4]
                  - list:
                    - listitem:
                      - text: /Maria Lopez Guest Waiting/
                      - button "Let in Maria Lopez"
                      - button "Turn away Maria Lopez"
                    - listitem: Ines Moreau Patient Not here yet
                """,
            )
            row = board.get_by_role("row").filter(has_text="Ines Moreau")
            await reads(
                row,
                """
                - row:
                  - gridcell:
                    - button "Ines Moreau, Visit Details"
                  - gridcell /^Dr. Ana Rivera In the call/
                  - gridcell /^Maria Lopez Waiting/
                  - gridcell /^In progress/
                """,
            )
            await details_of(board).get_by_role("button", name="Let in Maria Lopez").click()
            await expect(in_the_call(guest)).to_be_visible()
            await expect(guest.get_by_role("heading", level=1)).to_be_focused()
            await reads(
                guest.get_by_role("main"),
                """
                - main:
                  - heading "Visit with Dr. Ana Rivera" [level=1]
                  - list "In the call now":
                    - listitem:
                      - paragraph:
                        - img "Muted"
                        - text: Dr. Ana Rivera Provider
                    - listitem:
                      - paragraph: You
                  - group "Call controls":
                    - button "Mute microphone"
                    - button "Turn camera off"
                    - button "Share screen"
                    - button "People, 2 in the call"
                    - 'button "Settings: camera and sound"'
                    - button "Leave the call"
                """,
            )
        await announced(guest, "Dr. Ana Rivera lost the connection")


async def test_a_setting_is_changed(stage: Stage) -> None:
    """Sections are links of a navigation, switches tell that they are on, and "Saved" is announced."""
    admin = await stage.page(f"{stage.server.url}/settings/guests", await stage.staff("admin"))
    await reads(
        admin.get_by_role("main"),
        """
        - main:
          - heading "Settings" [level=1]
          - navigation "Settings":
            - list:
              - listitem:
                - link "Guests"
          - heading "Guests" [level=2]
          - region "Inviting guests":
            - switch "Providers can invite guests" [checked]
            - switch "Patients can invite guests" [checked]
          - group /How guests/:
            - radio /./ [checked]
            - radio /./
        """,
    )
    switch = admin.get_by_role("switch", name="Patients can invite guests")
    await switch.press("Space")
    await announced(admin, "Saved")
    await expect(switch).not_to_be_checked()
    await switch.press("Space")
    await expect(switch).to_be_checked()
    await announced(admin, "Saved")


async def reads(where: Locator, tree: str) -> None:
    """Hold a part of the page against a tree: what is named in it is there, in that order."""
    await expect(where).to_match_aria_snapshot(tree)


async def announced(page: Page, text: str) -> None:
    """Wait until the page's polite live region says something."""
    await expect(page.locator("[role=status][aria-live=polite]").filter(has_text=text).first).to_be_attached()
